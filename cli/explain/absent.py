"""Why a candidate was not in a round. Pure."""

from __future__ import annotations

from cli.explain.known import Round, Then
from cli.explain.messages import Message, tell
from jembatan.contracts.matching.candidates import Phase, WhyDelisted


def why(found: Round, then: Then | None) -> Message:
    """The reason, by what the candidate was when the round closed."""
    if then is None:
        return tell("You were not in this round.")
    if then.phase is None:
        return tell(
            "You were registered on {first_at}, after the round had closed.",
            first_at=then.first_at.isoformat(),
        )
    if then.phase is Phase.REGISTERED:
        return tell("You were registered, but not yet verified into the roster, when the round closed.")
    if then.phase is Phase.DELISTED:
        return _delisted(then)
    return _list(found, then)


def _delisted(then: Then) -> Message:
    since = (then.since or then.first_at).isoformat()
    if then.why is WhyDelisted.WITHDRAWN:
        return tell("You had withdrawn on {since}, before the round closed.", since=since)
    if then.why is WhyDelisted.REJECTED:
        return tell(
            "The agency had turned your verification down on {since}, before the round closed.", since=since
        )
    return tell("Your time in the roster had ended on {since}, before the round closed.", since=since)


def _list(found: Round, then: Then) -> Message:
    if not then.preferences:
        return tell("You had confirmed no list of vacancies when the round closed.")
    known = {*found.frame.vacancies, *found.frame.left_out} if found.frame else set()
    if not known & set(then.preferences):
        return tell("No vacancy on your list belonged to this round.")
    return tell("You were not in this round.")
