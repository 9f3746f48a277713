"""The publication: a match or none for each candidate, seats and usage, the result's totals."""

from __future__ import annotations

from jembatan.contracts.deciding import Decided
from jembatan.contracts.matching.offers import Passed
from services.matching.domain import publishing
from services.matching.domain.publishing import Outcome, Totals
from services.matching.domain.world import RoundRow
from tests.unit.matching.made import ANSWER, NB, NS, REVEAL, cap, names, round_state, told, world

STATE = round_state(phase="drawn")
TOTALS = Totals(digest="ab" * 32, parts=1, matched=1, missed=2, cutoffs={})
OVER = (Passed(vacancy="v2", node=NB, no_room=False),)


def tell(*outcomes: Outcome) -> Decided:
    return publishing.tell(world(RoundRow(STATE), caps=(cap(NB, 3), cap(NS, 3))), STATE, outcomes, REVEAL)


def test_a_match_is_an_offer_and_a_seat() -> None:
    decided = tell(Outcome("kp2mi-c1", 2, "v1", NB, OVER), Outcome("kp2mi-c2", 1, "v1", NB))
    assert names(decided) == ["match.made", "offer.extended"] * 2 + ["usage.changed"]
    match, offer, usage = told(decided), told(decided, 1), told(decided, -1)
    assert (match.state.vacancy, match.state.passed_over) == ("v1", OVER)
    assert (offer.state.partnership, offer.state.answer_by, offer.state.extended_at) == (NB, ANSWER, REVEAL)
    assert (usage.state.id, usage.state.held, usage.state.remaining) == (NB, 2, 1)


def test_no_match_tells_how_many_pairs_were_eligible() -> None:
    decided = tell(Outcome("kp2mi-c1", 0, None, None), Outcome("kp2mi-c2", 1, None, None, OVER))
    assert names(decided) == ["match.missed"] * 2
    assert [told(decided, place).state.eligible for place in (0, 1)] == [0, 1]


def test_no_reference_of_the_public_market_stands_in_the_candidates_facts() -> None:
    decided = tell(Outcome("kp2mi-c1", 2, "v1", NB, OVER))
    assert "before" not in "".join(fact.data.model_dump_json() for fact in decided.facts)


def test_a_result_with_open_offers_waits_to_be_settled() -> None:
    decided = publishing.publish(RoundRow(STATE, open_offers=1), TOTALS)
    assert names(decided) == ["round.published"]
    assert (told(decided).state.matched, told(decided).state.missed) == (1, 2)


def test_a_result_without_open_offers_is_settled_at_once() -> None:
    assert names(publishing.publish(RoundRow(STATE), TOTALS)) == ["round.published", "round.settled"]
