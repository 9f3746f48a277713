"""What is said of a round itself. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from cli.explain.known import Round
from cli.explain.messages import Message, tell
from jembatan.contracts.matching.rounds import Phase


def about(found: Round) -> Iterator[Message]:
    """When the round closed, and whether its lottery can be trusted by everyone."""
    values = {"round": found.state.id, "closes_at": found.state.closes_at.isoformat()}
    if found.state.phase is Phase.OPEN:
        yield tell("Round {round} is open until {closes_at}.", values)
    else:
        yield tell("Round {round} closed on {closes_at}.", values)
    if not found.is_public:
        yield tell(
            "The lottery of this round is not public: one committer alone drew it, and could have tried "
            "until the result pleased."
        )


def without_result(found: Round) -> Message:
    """Why there is no result."""
    if found.state.phase is Phase.OPEN:
        return tell("Its market is not fixed yet, so there is no result.")
    if found.state.phase is Phase.ABORTED:
        reason = found.state.aborted_for or ""
        return tell("It ended without a result, and nobody was matched: {aborted_for}.", aborted_for=reason)
    return tell("Its market is fixed; the result is not published yet.")
