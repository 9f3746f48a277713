"""Offers: answered in time or lapsed, with the seat given back once, and the round that they settle."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from jembatan.contracts.deciding import Decided, Input, Outcome
from jembatan.contracts.matching.offers import OfferFact, OfferPhase, OfferState, UsageChanged
from jembatan.contracts.matching.rounds import RoundFact
from services.matching.domain import caps, offers, rounds
from services.matching.domain.world import RoundRow, Tally, World
from tests.unit.matching.made import (
    ANSWER,
    CLOSES,
    NB,
    REVEAL,
    cap,
    codes,
    deadline,
    names,
    report,
    reporter,
    round_state,
    told,
    world,
)

R1 = "kp2mi-r1"
LATER = timedelta(seconds=1)
ENDED = (OfferPhase.ACCEPTED, OfferPhase.DECLINED, OfferPhase.LAPSED)


def offer(candidate: str = "kp2mi-c1", phase: OfferPhase = OfferPhase.EXTENDED) -> OfferState:
    return OfferState(
        id=f"{R1}:{candidate}", round=R1, candidate=candidate, vacancy="v1", partnership=NB, phase=phase,
        extended_at=REVEAL, answer_by=ANSWER,
    )  # fmt: skip


def before(*made: OfferState, phase: str = "published", most: int = 2) -> World:
    still = sum(one.phase is OfferPhase.EXTENDED for one in made)
    held = sum(one.phase not in offers.GIVES_BACK for one in made)
    found = world(RoundRow(round_state(phase=phase), open_offers=still), caps=(cap(NB, most), cap("ID", 9)))
    found.offers = {one.id: one for one in made}
    found.tallies = {(R1, NB): Tally(CLOSES, held)}
    found.usage = {one.id: caps.usage(one, held) for one in found.caps.values()}
    return found


def answer(
    found: World, name: str, candidate: str = "kp2mi-c1", at: datetime = ANSWER, code: str = "kp2mi"
) -> Outcome:
    by = reporter(code, candidates=(code,))
    item = report(name, f"{R1}:{candidate}", {}, at, by)
    return (offers.accept if name == "offer.accepted" else offers.decline)(found, item)


def lapse(found: World, candidate: str = "kp2mi-c1", at: datetime = ANSWER) -> Outcome:
    return offers.lapse(found, deadline("offer.answer_by", f"{R1}:{candidate}", at))


def apply(found: World, outcome: Outcome) -> None:
    assert isinstance(outcome, Decided)
    item: Input = deadline("", R1, ANSWER)
    for fact in outcome.facts:
        if isinstance(fact.data, OfferFact):
            offers.evolve(found, fact.data)
        elif isinstance(fact.data, UsageChanged):
            found.put_usage(fact.data.state)
        elif isinstance(fact.data, RoundFact):
            rounds.evolve(found, fact.data, item)


def test_accepting_keeps_the_seat() -> None:
    found = before(offer(), offer("kp2mi-c2"))
    outcome = answer(found, "offer.accepted")
    assert names(outcome) == ["offer.accepted"]
    apply(found, outcome)
    assert (found.tallies[R1, NB].held, found.rounds[R1].accepted, found.rounds[R1].open_offers) == (2, 1, 1)
    assert told(outcome).state.ended_at == ANSWER


@pytest.mark.parametrize("way", ["offer.declined", "lapse"])
def test_declining_and_lapsing_give_the_seat_back_at_every_cap(way: str) -> None:
    found = before(offer(), offer("kp2mi-c2"))
    outcome = lapse(found) if way == "lapse" else answer(found, way)
    assert names(outcome)[1:] == ["usage.changed", "usage.changed"]
    apply(found, outcome)
    assert found.tallies[R1, NB].held == 1
    assert {name: (one.held, one.remaining) for name, one in found.usage.items()} == {
        NB: (1, 1),
        "ID": (1, 8),
    }


def test_a_cap_lowered_below_stays_over_until_enough_is_given_back() -> None:
    found = before(offer(), offer("kp2mi-c2"), offer("kp2mi-c3"), most=1)
    apply(found, answer(found, "offer.declined"))
    assert found.usage[NB].over_cap
    assert found.usage[NB].remaining == 0
    apply(found, answer(found, "offer.declined", "kp2mi-c2"))
    assert not found.usage[NB].over_cap


@pytest.mark.parametrize("phase", ENDED)
@pytest.mark.parametrize("name", ["offer.accepted", "offer.declined"])
def test_an_offer_is_answered_once(name: str, phase: OfferPhase) -> None:
    assert codes(answer(before(offer(phase=phase)), name)) == [("WRONG_STATE", "/subject")]


@pytest.mark.parametrize("name", ["offer.accepted", "offer.declined"])
def test_a_late_answer_is_refused_even_before_the_offer_has_lapsed(name: str) -> None:
    assert codes(answer(before(offer()), name, at=ANSWER + LATER)) == [("ANSWER_TOO_LATE", "/subject")]


def test_only_the_candidates_registry_answers() -> None:
    outcome = answer(before(offer(phase=OfferPhase.ACCEPTED)), "offer.declined", code="other")
    assert [code for code, _ in codes(outcome)] == ["NOT_YOUR_REPORT", "WRONG_STATE"]


def test_an_unknown_offer_is_refused() -> None:
    assert codes(answer(before(), "offer.accepted")) == [("UNKNOWN_SUBJECT", "/subject")]


@pytest.mark.parametrize("phase", ENDED)
def test_a_deadline_meets_an_answered_offer_and_changes_nothing(phase: OfferPhase) -> None:
    assert lapse(before(offer(phase=phase))) == Decided()
    assert lapse(before()) == Decided()


@pytest.mark.parametrize("name", ["offer.accepted", "offer.declined", "lapse"])
def test_the_last_answer_settles_a_published_round(name: str) -> None:
    found = before(offer(), offer("kp2mi-c2", OfferPhase.ACCEPTED))
    found.rounds[R1] = replace(found.rounds[R1], accepted=1)
    outcome = lapse(found) if name == "lapse" else answer(found, name)
    assert names(outcome)[-1] == "round.settled"
    answers = told(outcome, -1).answers
    assert answers.accepted + answers.declined + answers.lapsed == 2
    apply(found, outcome)
    assert (found.rounds[R1].state.phase, found.rounds[R1].open_offers) == ("settled", 0)


def test_a_round_that_is_still_being_published_is_not_settled() -> None:
    found = before(offer(), phase="drawn")
    assert "round.settled" not in names(answer(found, "offer.accepted"))
