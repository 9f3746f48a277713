"""The rules of partners: what a report or a deadline leads to, and what a fact changes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from pydantic import BaseModel

from jembatan.contracts.deciding import Decided, Draft, Input, InputKind, Outcome
from jembatan.contracts.model import Model
from jembatan.contracts.partners import CapState, PartnershipState, SafeguardsState
from jembatan.contracts.partners.schemes import Scheme
from services.partners.domain import capping, opening, registering, safeguarding, standing
from services.partners.domain.lapsing import come
from services.partners.domain.world import Deadline, World

__all__ = ["Deadline", "LookedAt", "PartnersDomain", "World"]

Rule = Callable[[World, Input, standing.Registry], Outcome]

REPORTS: Mapping[str, Rule] = {
    "partnership.proposed": registering.propose,
    "partnership.amended": registering.amend,
    "instrument.signed": registering.sign,
    "opening.requested": opening.request_opening,
    "cap.set": capping.set_cap,
    "suspension.ordered": opening.suspend,
    "suspension.lifted": opening.lift,
    "closure.ordered": opening.close,
    "safeguards.published": safeguarding.publish,
}
CAPS = (capping.STARTS, capping.ENDS)


class LookedAt(Model):
    """A private change: a deadline came and changed nothing, so the next one is looked for."""


class PartnersDomain:
    """Decides by the schemes of the registry (`programmes/schemes.toml`)."""

    def __init__(self, schemes: Iterable[Scheme]) -> None:
        self._schemes = {scheme.code: scheme for scheme in schemes}

    def decide(self, world: World, item: Input) -> Outcome:
        """A report gives facts or all reasons against it; a deadline what it changes, perhaps nothing."""
        if item.kind is InputKind.REPORT:
            return REPORTS[item.type](world, item, self._schemes)
        if item.kind is not InputKind.DEADLINE:
            raise ValueError(f"partners reads no other service, yet was given {item.type}")
        decided = capping.turn(world, item) if item.type in CAPS else come(world, item, self._schemes)
        return Decided(decided.facts, (LookedAt(),))

    def evolve(self, world: World, change: Draft | BaseModel, item: Input) -> None:
        """Put a fact's state into the world; after a deadline look for the subject's next one."""
        if isinstance(change, LookedAt):
            self._look(world, item)
            return
        assert isinstance(change, Draft)
        self._put(world, getattr(change.data, "state"), item)  # noqa: B009

    def _put(self, world: World, state: object, item: Input) -> None:
        if isinstance(state, PartnershipState):
            world.add(state)
            world.deadlines[state.id] = standing.next_deadline(state, item.at, self._schemes)
            world.touched_partnerships.add(state.id)
        elif isinstance(state, CapState):
            world.caps[state.id] = state
            world.cap_deadlines[state.id] = capping.next_deadline(state, item.at)
            world.touched_caps.add(state.id)
        elif isinstance(state, SafeguardsState):
            world.safeguards = state
            world.adopted = True

    def _look(self, world: World, item: Input) -> None:
        subjects = world.caps if item.type in CAPS else world.partnerships
        if item.subject in subjects:
            self._put(world, subjects[item.subject], item)
