"""Why an eligible place was not given: what was full, and by what the last one there stood before. Pure.

Nobody else is ever named, only the cut-off, which is public.
"""

from __future__ import annotations

from cli.explain.known import Entered, Round
from cli.explain.messages import Message, count, tell
from jembatan.contracts.matching.offers import Passed
from jembatan.contracts.matching.rounds import Cutoff


def refused(found: Round, who: Entered, passed: Passed) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """The sentences about a place passed over, and what is certain to have changed it."""
    last = found.cutoffs.get(passed.node)
    if passed.no_room or last is None:
        return (_no_room(passed),), ()
    full = _full(found, passed)
    if last.candidate == who.reference:
        return (full, _own_seat(last)), ()
    tier = who.tiers.get(passed.vacancy, 0)
    return (full, _before(who, tier, last)), _points(found, who, tier, last)


def room(found: Round, place: str) -> int | None:
    """The seats that were free in a vacancy or under a cap when the round was fixed."""
    if found.frame is None:
        return None
    if place in found.frame.vacancies:
        return found.frame.vacancies[place].openings
    return next((node.remaining for node in found.frame.nodes if node.id == place), None)


def _no_room(passed: Passed) -> Message:
    if passed.node == passed.vacancy:
        return tell("No place was free here when the round was fixed.")
    return tell("The cap of {node} left no place when the round was fixed.", node=passed.node)


def _full(found: Round, passed: Passed) -> Message:
    places = room(found, passed.node) or 0
    if passed.node == passed.vacancy:
        return count(
            places, "The {number} free place went to another.", "All {number} free places went to others."
        )
    return count(
        places,
        "The cap of {node} was full: the {number} place under it was given.",
        "The cap of {node} was full: all {number} places under it were given.",
        node=passed.node,
    )


def _own_seat(last: Cutoff) -> Message:
    return tell("The last place under it is your own, at {vacancy}.", vacancy=last.vacancy)


def _before(who: Entered, tier: int, last: Cutoff) -> Message:
    if last.tier > tier:
        return tell(
            "All who got one stood before you: the lowest class among them was {last}, yours is {own}.",
            last=last.tier,
            own=tier,
        )
    if last.score > who.score:
        return tell(
            "All who got one stood before you: the last of them had {last} points, you had {own}.",
            last=last.score,
            own=who.score,
        )
    return tell(
        "All who got one stood before you: the last of them had {own} points, as you had, and an earlier "
        "ticket in the lottery.",
        own=who.score,
    )


def _points(found: Round, who: Entered, tier: int, last: Cutoff) -> tuple[Message, ...]:
    """How many points more would have changed it.

    In one order of all candidates that is certain: whoever comes before the last one takes a place that was
    still free when that one's turn came. Where orders differ between vacancies only the order is certain,
    for a newcomer can set off moves that come back to them.
    """
    if last.tier != tier:
        return ()
    missing = last.score - who.score + 1
    if found.one_order:
        return (
            count(
                missing,
                "{number} more point, all else the same, would have given you this place or one higher on "
                "the list.",
                "{number} more points, all else the same, would have given you this place or one higher on "
                "the list.",
            ),
        )
    return (
        count(
            missing,
            "{number} more point would have put you before the last of them.",
            "{number} more points would have put you before the last of them.",
        ),
    )
