"""A vacancy in a round: its places, its cut-off, and how its seats went. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cli.explain import reasons, standing
from cli.explain.known import Asked, Round
from cli.explain.messages import Message, count, tell
from cli.explain.rounds import about, without_result
from jembatan.contracts.matching.rounds import Cutoff


class Outcome(StrEnum):
    """What became of a vacancy in a round."""

    FULL = "full"
    PLACES_LEFT = "places_left"
    CAP_FULL = "cap_full"
    LEFT_OUT = "left_out"
    NOT_IN_ROUND = "not_in_round"
    NO_RESULT = "no_result"


@dataclass(frozen=True, slots=True)
class Answer:
    """A vacancy's result in a round. `cutoff` is that of the lowest full place, `node`, over it."""

    round_id: str
    outcome: Outcome
    is_public: bool
    says: tuple[Message, ...]
    reasons: tuple[reasons.Explained, ...] = ()
    node: str | None = None
    cutoff: Cutoff | None = None


def explain(found: Round, vacancy: str, asked: Asked) -> Answer:
    """The answer for a vacancy."""
    outcome, node = _outcome(found, vacancy)
    cutoff = found.cutoffs.get(node) if node else None
    against = _against(found, vacancy)
    says = (*about(found), *_says(found, vacancy, asked, outcome, node))
    return Answer(found.state.id, outcome, found.is_public, says, against, node, cutoff)


def _outcome(found: Round, vacancy: str) -> tuple[Outcome, str | None]:
    if found.frame and vacancy in found.frame.left_out:
        return Outcome.LEFT_OUT, None
    if found.frame and vacancy not in found.frame.vacancies:
        return Outcome.NOT_IN_ROUND, None
    if not found.has_result:
        return Outcome.NO_RESULT, None
    full = next((place for place in _path(found, vacancy) if _is_full(found, place)), None)
    if full is None:
        return Outcome.PLACES_LEFT, None
    return (Outcome.FULL if full == vacancy else Outcome.CAP_FULL), full


def _path(found: Round, vacancy: str) -> Iterator[str]:
    assert found.frame is not None
    parents = {node.id: node.parent for node in found.frame.nodes}
    yield vacancy
    place: str | None = found.frame.vacancies[vacancy].state.partnership
    while place is not None:
        yield place
        place = parents.get(place)


def _is_full(found: Round, place: str) -> bool:
    return place in found.cutoffs or standing.room(found, place) == 0


def _against(found: Round, vacancy: str) -> tuple[reasons.Explained, ...]:
    left_out = found.frame.left_out.get(vacancy) if found.frame else None
    return (reasons.explained(left_out),) if left_out else ()


def _says(found: Round, vacancy: str, asked: Asked, outcome: Outcome, node: str | None) -> Iterator[Message]:
    if outcome is Outcome.NO_RESULT:
        yield without_result(found)
    elif outcome is Outcome.NOT_IN_ROUND:
        yield tell("This vacancy was not part of the round.")
    elif outcome is Outcome.LEFT_OUT:
        yield tell("No place of this vacancy was given in the round.")
    else:
        yield from _seats(standing.room(found, vacancy) or 0, asked)
        yield from _cutoff(found, vacancy, node)
        yield from _answers(asked.offers)


def _seats(openings: int, asked: Asked) -> Iterator[Message]:
    yield count(
        openings,
        "{number} place was free when the round was fixed.",
        "{number} places were free when the round was fixed.",
    )
    yield count(
        asked.wished,
        "{number} eligible candidate had this vacancy on the list.",
        "{number} eligible candidates had this vacancy on their lists.",
    )
    yield count(
        asked.matched, "{number} candidate was matched here.", "{number} candidates were matched here."
    )


def _cutoff(found: Round, vacancy: str, node: str | None) -> Iterator[Message]:
    if node is None:
        yield tell("There is no cut-off: every eligible candidate who still wished for a place here has one.")
        return
    if node != vacancy:
        yield tell("The cap of {node} was full, so no more places could be given here.", node=node)
    last = found.cutoffs.get(node)
    if last is not None:
        yield tell(
            "Cut-off: the last one with a place there has class {tier}, {points} points, ticket {ticket}.",
            tier=last.tier,
            points=last.score,
            ticket=last.ticket,
        )


def _answers(offers: Mapping[str, int]) -> Iterator[Message]:
    for phase, number in sorted(offers.items()):
        match phase:
            case "extended":
                yield count(
                    number, "{number} offer waits for an answer.", "{number} offers wait for an answer."
                )
            case "accepted":
                yield count(number, "{number} offer was accepted.", "{number} offers were accepted.")
            case "declined":
                yield count(number, "{number} offer was declined.", "{number} offers were declined.")
            case "lapsed":
                yield count(
                    number,
                    "{number} offer lapsed without an answer.",
                    "{number} offers lapsed without an answer.",
                )
            case _:
                yield count(number, "{number} offer was withdrawn.", "{number} offers were withdrawn.")
