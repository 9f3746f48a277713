"""A candidate's result in a round, and each place of the list. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from cli.explain import absent, placed, places
from cli.explain.known import Entered, Round, Then
from cli.explain.messages import Message, count, tell
from cli.explain.places import Place
from cli.explain.rounds import about, without_result
from jembatan.contracts.matching.offers import OfferState
from jembatan.contracts.matching.rounds import Phase


class Outcome(StrEnum):
    """How a round ended for a candidate."""

    MATCHED_FIRST = "matched_first"
    MATCHED_LOWER = "matched_lower"
    NO_SEAT = "no_seat"
    NOT_ELIGIBLE = "not_eligible"
    NOT_IN_ROUND = "not_in_round"
    NO_RESULT = "no_result"


@dataclass(frozen=True, slots=True)
class Answer:
    """Why the result of a round is what it is, for one person; `who` as the round took them in."""

    round_id: str
    outcome: Outcome
    is_public: bool
    says: tuple[Message, ...]
    places: tuple[Place, ...] = ()
    who: Entered | None = None


def explain(found: Round, then: Then | None, who: Entered | None) -> Answer:
    """The answer for a candidate; `who` is None if the round never took the candidate in."""
    wished = places.listed(then, who)
    outcome = _outcome(found, wished, who)
    told = () if outcome is Outcome.NOT_IN_ROUND else places.explained(found, wished, who)
    says = tuple(_says(found, then, who, outcome, wished))
    return Answer(found.state.id, outcome, found.is_public, says, told, who)


def _outcome(found: Round, wished: tuple[str, ...], who: Entered | None) -> Outcome:
    if found.state.phase in (Phase.OPEN, Phase.ABORTED):
        return Outcome.NO_RESULT
    if who is None:
        return Outcome.NOT_IN_ROUND
    if not found.has_result:
        return Outcome.NO_RESULT
    if who.vacancy is not None:
        return Outcome.MATCHED_FIRST if wished[0] == who.vacancy else Outcome.MATCHED_LOWER
    return Outcome.NO_SEAT if who.eligible else Outcome.NOT_ELIGIBLE


def _says(
    found: Round, then: Then | None, who: Entered | None, outcome: Outcome, wished: tuple[str, ...]
) -> Iterator[Message]:
    yield from about(found)
    if outcome is Outcome.NO_RESULT:
        yield without_result(found)
    elif who is None:
        yield absent.why(found, then)
    elif who.vacancy is not None:
        yield _matched(who.vacancy, wished.index(who.vacancy) + 1)
        yield from _offer(who.offer)
        yield from _placed(who)
    elif who.eligible:
        yield _no_seat(who)
    else:
        yield tell("You were not eligible for any place on your list.")
    if who is not None and who.eligible and who.ticket is not None:
        yield _listed(who, who.ticket)


def _placed(who: Entered) -> Iterator[Message]:
    if who.called_off is not None:
        yield placed.why(who.called_off)
    if who.placement is not None:
        yield from placed.placed(who.placement.state, who.placement.aside)


def _listed(who: Entered, ticket: str) -> Message:
    return tell(
        "In the public list of the round you are {reference}, with {points} points and the ticket {ticket}.",
        reference=who.reference,
        points=who.score,
        ticket=ticket,
    )


def _matched(vacancy: str, place: int) -> Message:
    if place == 1:
        return tell("You were matched to {vacancy}, the first place on your list.", vacancy=vacancy)
    return tell("You were matched to {vacancy}, number {place} on your list.", vacancy=vacancy, place=place)


def _no_seat(who: Entered) -> Message:
    return count(
        len(who.eligible),
        "You were eligible for {number} place on your list, but were given none.",
        "You were eligible for {number} places on your list, but were given none.",
    )


def _offer(offer: OfferState | None) -> Iterator[Message]:
    if offer is None:
        return
    ended = offer.ended_at.isoformat() if offer.ended_at else ""
    match offer.phase.value:
        case "extended":
            yield tell(
                "The offer waits for your answer until {answer_by}.", answer_by=offer.answer_by.isoformat()
            )
        case "accepted":
            yield tell("You accepted the offer on {ended_at}.", ended_at=ended)
        case "declined":
            yield tell("You declined the offer on {ended_at}.", ended_at=ended)
        case "lapsed":
            yield tell("The offer lapsed on {ended_at}, since no answer had come.", ended_at=ended)
        case _:
            yield _withdrawn(offer, ended)


def _withdrawn(offer: OfferState, ended: str) -> Message:
    if offer.reason:
        values = {"ended_at": ended, "ended_for": offer.reason}
        return tell("The offer was withdrawn on {ended_at}: {ended_for}.", values)
    return tell("The offer was withdrawn on {ended_at}.", ended_at=ended)
