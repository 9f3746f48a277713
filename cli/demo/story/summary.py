"""The end of the story: seats by partnership, who was refused and why, what comes next. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from cli.demo.story import words
from cli.demo.story.known import Known
from cli.demo.story.lines import Line, Tone
from jembatan.contracts.matching.candidates import Phase as CandidatePhase
from jembatan.contracts.matching.offers import OfferPhase, OfferState, UsageState
from jembatan.contracts.matching.placement_values import PlacementState
from jembatan.contracts.matching.rounds import Phase as RoundPhase
from jembatan.contracts.matching.rounds import RoundState
from jembatan.contracts.partners import PartnershipState
from jembatan.contracts.vacancies import Phase as VacancyPhase

UNSEATED = (OfferPhase.DECLINED, OfferPhase.LAPSED, OfferPhase.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Row:
    """One partnership in numbers; `cap` and `remaining` are None without a cap."""

    partnership: str
    cap: int | None
    held: int
    remaining: int | None
    offered: int
    accepted: int
    declined: int
    lapsed: int
    started: int


def rows(known: Known) -> list[Row]:
    """A row for each partnership, in order of their ids."""
    return [_row(state, known) for _, state in sorted(known.partnerships.items())]


def _row(state: PartnershipState, known: Known) -> Row:
    offers = [offer for offer in known.offers.values() if offer.partnership == state.id]
    phases = Counter(offer.phase for offer in offers)
    usage = _usage(state.id, known)
    return Row(
        partnership=state.id,
        cap=usage.cap if usage else None,
        held=usage.held if usage else len(known.held(state.id)),
        remaining=usage.remaining if usage else None,
        offered=len(offers),
        accepted=phases[OfferPhase.ACCEPTED],
        declined=phases[OfferPhase.DECLINED],
        lapsed=phases[OfferPhase.LAPSED],
        started=sum(
            one.partnership == state.id and one.arrived_on is not None for one in known.placements.values()
        ),
    )


def _usage(node: str, known: Known) -> UsageState | None:
    found = [one for one in known.usage.values() if one.node == node]
    return max(found, key=lambda one: str(one.period_start or ""), default=None)


def seated(known: Known) -> dict[str, list[str]]:
    """Who holds a seat, by vacancy."""
    people: dict[str, list[str]] = defaultdict(list)
    for offer in known.offers.values():
        if known.holds(offer):
            people[offer.vacancy].append(offer.candidate)
    return {vacancy: sorted(names) for vacancy, names in sorted(people.items())}


def seated_lines(known: Known) -> list[Line]:
    """The same in lines: of many the first."""
    return [
        Line(f"{vacancy}: {words.listed(names, 5)}", tone=Tone.GOOD, depth=1)
        for vacancy, names in seated(known).items()
    ]


def next_lines(known: Known) -> list[Line]:
    """What can happen next, by what the facts say now."""
    lines = [line for state in known.partnerships.values() for line in _seats(state, known)]
    lines += [line for vacancy in sorted(known.vacancies) for line in _openings(vacancy, known)]
    lines += [line for _, state in sorted(known.rounds.items()) for line in _round(state)]
    return [*lines, *_waiting(known)]


def _round(state: RoundState) -> list[Line]:
    waits = {
        RoundPhase.OPEN: f"is open; lists close on {words.day(state.closes_at)}",
        RoundPhase.FROZEN: f"is frozen; its secrets are to be shown by {words.day(state.reveal_by)}",
        RoundPhase.DRAWN: "is drawn, and is being matched",
        RoundPhase.PUBLISHED: f"is published; its offers are to be answered by {words.day(state.answer_by)}",
    }
    return [Line(f"Round {state.id} {waits[state.phase]}.", depth=1)] if state.phase in waits else []


def _seats(state: PartnershipState, known: Known) -> list[Line]:
    usage = _usage(state.id, known)
    if usage is None or usage.cap is None:
        return []
    until = f" until {usage.period_end}" if usage.period_end else ""
    if usage.remaining:
        seats = words.count(usage.remaining, "seat")
        text = f"{seats} of {usage.cap} under {state.id} wait for a later round{until}."
    else:
        text = f"{state.id}: its cap of {usage.cap} is full{until}; more seats need a new cap."
    return [Line(text, depth=1)]


def _openings(vacancy: str, known: Known) -> list[Line]:
    state = known.vacancies[vacancy]
    held = sum(1 for offer in known.held(state.partnership) if offer.vacancy == vacancy)
    if state.phase is not VacancyPhase.POSTED or held >= state.openings:
        return []
    free, closes = state.openings - held, state.closes_on.date()
    text = f"{vacancy}: {free} of {state.openings} openings are free, posted until {closes}."
    return [Line(text, depth=1)]


def _waiting(known: Known) -> list[Line]:
    placed = {offer.candidate for offer in known.standing()}
    rosters = Counter(
        (one.roster.programme, words.day(one.roster.ends_at))
        for one in known.candidates.values()
        if one.phase is CandidatePhase.ROSTERED and one.roster and one.id not in placed
    )
    return [Line(_roster(number, *key), depth=1) for key, number in sorted(rosters.items())]


def _roster(number: int, programme: str, ends: str) -> str:
    candidates = words.count(number, "candidate")
    stay = "stays" if number == 1 else "stay"
    return f"{candidates} without a seat {stay} in the roster of {programme} until {ends}."


def refusals(known: Known) -> list[Line]:
    """Each refused report with the codes of its reasons."""
    lines = []
    for refusal in known.refusals:
        codes = words.listed(dict.fromkeys(one.code for one in refusal.reasons))
        lines.append(Line(f"{refusal.report.subject or 'a report'}: {codes}", tone=Tone.NO, depth=1))
    return lines


def unseated(known: Known) -> list[Line]:
    """Who declined, who let an offer lapse, and whose placement ended before work started."""
    ended = {one.id: _ended(one) for one in known.offers.values() if one.phase in UNSEATED}
    ended |= {one.id: _before_work(one) for one in known.placements.values() if not one.seat_held}
    return [Line(text, tone=Tone.NO, depth=1) for _, text in sorted(ended.items())]


def _before_work(state: PlacementState) -> str:
    why = state.ended_for.value.replace("_", " ").lower() if state.ended_for else "ended"
    return f"{state.candidate}: {state.vacancy}, {why}, before work started"


def _ended(offer: OfferState) -> str:
    why = f" ({offer.reason})" if offer.reason else ""
    return f"{offer.candidate}: {offer.vacancy}, {offer.phase.value}{why} in round {offer.round}"


def as_json(known: Known) -> dict[str, Any]:
    """The same for programs."""
    return {
        "partnerships": [asdict(row) for row in rows(known)],
        "seated": seated(known),
        "refused": [
            {"subject": one.report.subject, "reasons": [reason.code for reason in one.reasons]}
            for one in known.refusals
        ],
        "next": [line.text for line in next_lines(known)],
    }
