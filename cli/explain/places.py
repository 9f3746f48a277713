"""Each place on a candidate's list: given, or why not. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from cli.explain import reasons, standing
from cli.explain.known import Entered, Round, Then
from cli.explain.messages import Message, tell
from cli.explain.reasons import Explained


class Given(StrEnum):
    """What became of a place on the list."""

    MATCHED = "matched"
    PASSED_OVER = "passed_over"
    NOT_ELIGIBLE = "not_eligible"
    BELOW = "below"
    ELIGIBLE = "eligible"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Place:
    """A vacancy on the list, what it is (title, employer), what became of it, and why."""

    number: int
    vacancy: str
    title: str | None
    employer: str | None
    given: Given
    says: tuple[Message, ...]
    remedy: tuple[Message, ...] = ()
    reasons: tuple[Explained, ...] = ()


def listed(then: Then | None, who: Entered | None) -> tuple[str, ...]:
    """The list as it stood at the closing, the best first."""
    wished = then.preferences if then else ()
    if who is None:
        return wished
    # What the round took in is on the list, whatever is still known of it.
    return tuple(dict.fromkeys((*wished, *who.eligible, *who.reasons)))


def explained(found: Round, wished: tuple[str, ...], who: Entered | None) -> tuple[Place, ...]:
    """The places in order; none before the round took the candidate in."""
    if who is None:
        return ()
    return tuple(_place(found, who, number, vacancy) for number, vacancy in enumerate(wished, 1))


def _place(found: Round, who: Entered, number: int, vacancy: str) -> Place:
    fixed = found.frame.vacancies.get(vacancy) if found.frame else None
    title, employer = (fixed.state.title, fixed.state.employer) if fixed else (None, None)
    against = tuple(reasons.explained(one) for one in who.reasons.get(vacancy, ()))
    given = _given(found, who, vacancy)
    says, remedy = _says(found, who, vacancy, given)
    return Place(number, vacancy, title, employer, given, says, remedy, against)


def _given(found: Round, who: Entered, vacancy: str) -> Given:
    if vacancy in who.reasons:
        return Given.NOT_ELIGIBLE
    if vacancy not in who.eligible:
        return Given.OUTSIDE
    if not found.has_result:
        return Given.ELIGIBLE
    if vacancy == who.vacancy:
        return Given.MATCHED
    passed = any(one.vacancy == vacancy for one in who.passed)
    return Given.PASSED_OVER if passed else Given.BELOW


def _says(
    found: Round, who: Entered, vacancy: str, given: Given
) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    if given is Given.PASSED_OVER:
        passed = next(one for one in who.passed if one.vacancy == vacancy)
        return standing.refused(found, who, passed)
    return tuple(_simply(given)), ()


def _simply(given: Given) -> Iterator[Message]:
    match given:
        case Given.MATCHED:
            yield tell("You were matched here.")
        case Given.NOT_ELIGIBLE:
            yield tell("You were not eligible here.")
        case Given.BELOW:
            yield tell("You wished for this less than for the place you got.")
        case Given.ELIGIBLE:
            yield tell("You were found eligible here.")
        case _:
            yield tell("This vacancy was not part of the round.")
