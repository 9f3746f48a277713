"""Folds facts with a service's own rules and SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from jembatan.client import Event
from jembatan.contracts.deciding import Draft, Input, InputKind
from jembatan.engine.service import Connection
from services.matching.domain import MatchingDomain
from services.matching.domain.world import World as MatchingWorld
from services.matching.store import MatchingStore, offers, placements, rounds
from services.partners.domain import PartnersDomain
from services.partners.domain import World as PartnersWorld
from services.partners.store import PartnersStore
from services.vacancies.domain import VacanciesDomain
from services.vacancies.domain import World as VacanciesWorld
from services.vacancies.store import VacanciesStore

LISTED = ("round.market_listed", "round.result_listed")
"""Parts of a market or result, which are no state."""
OF_OFFERS = ("offer", "placement")
"""Nouns whose subject is an offer's id."""


class Fold(Protocol):
    """How one service's facts become rows again."""

    @property
    def topics(self) -> tuple[str, ...]:
        """Its own fact topics, in the order in which they are folded."""
        ...

    async def save(self, connection: Connection, events: Sequence[Event]) -> None:
        """Fold a batch of facts, of this service or copied ones of others."""
        ...


@dataclass(frozen=True)
class Plain:
    """A service in which each fact carries the whole of a row."""

    topics: tuple[str, ...]
    domain: Any
    store: Any
    world: type[Any]

    async def save(self, connection: Connection, events: Sequence[Event]) -> None:
        world = self.world()
        for event in events:
            apply(self.domain, world, event, self.topics)
        await self.store.save(connection, world)


@dataclass(frozen=True)
class Matching:
    """Offers and placements count in rounds and take seats: what they rest on is loaded for each step."""

    topics: tuple[str, ...]
    domain: MatchingDomain
    store: MatchingStore

    async def save(self, connection: Connection, events: Sequence[Event]) -> None:
        for step in steps(event for event in events if event.name not in LISTED):
            world = MatchingWorld()
            offered = {one.subject for one in step if one.noun in OF_OFFERS}
            await offers.load(connection, world, offered)
            await placements.load(connection, world, offered)
            opened = {one.subject for one in step if one.noun == "round"}
            await rounds.load(connection, world, opened | {name.partition(":")[0] for name in offered})
            for event in step:
                apply(self.domain, world, event, self.topics)
            await self.store.save(connection, world)


def steps(events: Iterable[Event]) -> Iterator[list[Event]]:
    """The events, cut before a second fact of one offer: one save takes a seat, another gives it back."""
    step: list[Event] = []
    seen: set[str] = set()
    for event in events:
        if event.noun == "offer" and event.subject in seen:
            yield step
            step, seen = [], set()
        step.append(event)
        if event.noun == "offer":
            seen.add(event.subject)
    if step:
        yield step


def apply(domain: Any, world: Any, event: Event, own: Sequence[str]) -> None:  # noqa: ANN401
    """One fact into the world: one of the service's own, or the state of another's to be copied."""
    item = Input(InputKind.FACT, event.name, event.subject, event.data, event.at, sequence=event.sequence)
    mine = event.record.topic in own
    change = Draft(event.name, event.subject, event.data) if mine else event.data.state
    domain.evolve(world, change, item)


def fold_of(service: str, partitions: int) -> Fold:
    """The fold of a service; only `evolve` of its domain is used, which needs no programmes."""
    if service == "partners":
        return Plain(("partners.facts",), PartnersDomain(()), PartnersStore(partitions), PartnersWorld)
    if service == "vacancies":
        domain = VacanciesDomain(_no_rules)
        return Plain(("vacancies.facts",), domain, VacanciesStore(partitions), VacanciesWorld)
    topics = ("matching.public", "matching.facts")
    return Matching(topics, MatchingDomain({}), MatchingStore(partitions))


def _no_rules(partnership: str) -> Any:  # noqa: ANN401
    raise AssertionError(f"folding asked for the rules of {partnership}")
