"""A candidate as the facts tell it, at the instant when a round closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cli.explain.known import Then
from jembatan.client import Event, Subscriber, cluster
from jembatan.contracts.matching.candidates import CandidateDelisted, CandidateFact
from jembatan.engine.lanes import lane_of

TOPIC = "matching.facts"
Told = tuple[datetime, CandidateFact]


async def read(kafka: str, candidate: str) -> list[Told]:
    """The candidate's facts in their order, from the one partition that has them."""
    partitions = (await cluster(kafka)).count(TOPIC)
    start = {(TOPIC, lane_of(candidate, partitions)): 0}
    async with Subscriber(kafka, [TOPIC], from_=start, to_end=True) as subscriber:
        return [told async for event in subscriber if (told := _of(event, candidate))]


def _of(event: Event, candidate: str) -> Told | None:
    data = event.data
    is_theirs = isinstance(data, CandidateFact) and event.subject == candidate
    return (event.at, data) if is_theirs else None


def then(facts: Sequence[Told], closes_at: datetime) -> Then | None:
    """What the facts up to an instant tell; None if there is no fact at all. Pure."""
    if not facts:
        return None
    first_at = facts[0][0]
    before = [(at, fact) for at, fact in facts if at <= closes_at]
    if not before:
        return Then(first_at)
    state = before[-1][1].state
    since = next(at for at, fact in _phase(before))
    why = [fact.reason for _, fact in before if isinstance(fact, CandidateDelisted)]
    return Then(first_at, state.phase, since, why[-1] if why else None, state.preferences)


def _phase(before: Sequence[Told]) -> list[Told]:
    """The facts since the last change of phase, that one first."""
    last = before[-1][1].state.phase
    other = [place for place, (_, fact) in enumerate(before) if fact.state.phase is not last]
    return list(before[other[-1] + 1 if other else 0 :])
