"""Caps and the seats under them: which caps cover a partnership, how many seats are held, what remains.

A cap is set for a scope, in which each of origin, jurisdiction, sector, scheme and number may be any, and
for a period. A seat counts in the period that holds its round's `closes_at`. Caps in force together form a
tree (two scopes are apart, or one lies in the other), which their publisher sees to; where copies read so
far do not, `NotLaminar` names the two.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import pairwise, product
from typing import TYPE_CHECKING

from jembatan.contracts.deciding import Draft
from jembatan.contracts.matching.offers import UsageChanged, UsageState
from jembatan.contracts.matching.rounds import ListedNode
from jembatan.contracts.model import changed_fields, moment
from jembatan.contracts.partners.values import ANY, CapState
from services.matching.domain.world import Tally

if TYPE_CHECKING:
    from services.matching.domain.world import World


class NotLaminar(ValueError):
    """Two caps cover one partnership, and neither lies in the other."""


def scopes_over(partnership: str) -> Iterator[str]:
    """The ids of all scopes that a partnership lies in, whether a cap is set for them or not."""
    for parts in product(*((part, ANY) for part in partnership.split(":"))):
        named = len(parts)
        while named > 1 and parts[named - 1] == ANY:
            named -= 1
        yield ":".join(parts[:named])


def covers(cap: CapState, partnership: str) -> bool:
    """Whether the partnership lies in the cap's scope."""
    pairs = zip(cap.scope.parts, partnership.split(":"), strict=True)
    return all(asked is None or asked == given for asked, given in pairs)


def counts(cap: CapState, closes_at: datetime) -> bool:
    """Whether seats of a round that closes then count under the cap: its period is half-open, in UTC days."""
    started = cap.period_start is None or moment(cap.period_start) <= closes_at
    return started and (cap.period_end is None or closes_at < moment(cap.period_end))


def above(caps: Iterable[CapState], partnership: str, closes_at: datetime) -> tuple[CapState, ...]:
    """The caps that a seat of this partnership and round counts under, from the narrowest scope out."""
    found = [cap for cap in caps if covers(cap, partnership) and counts(cap, closes_at)]
    found.sort(key=lambda cap: (-_depth(cap), cap.id))
    for inner, outer in pairwise(found):
        if not _inside(inner, outer):
            raise NotLaminar(f"the caps of {inner.node} and {outer.node} cross")
    return tuple(found)


def numbered_over(
    partnerships: Collection[str], caps: Iterable[CapState], closes_at: datetime
) -> tuple[str, ...]:
    """The ids of the caps with a number that seats of these partnerships count under, sorted."""
    found = (
        cap.id
        for cap in caps
        if cap.max is not None and counts(cap, closes_at) and any(covers(cap, one) for one in partnerships)
    )
    return tuple(sorted(found))


def held(cap: CapState, tallies: Mapping[tuple[str, str], Tally]) -> int:
    """Seats held under a cap, of the rounds that closed in its period."""
    return sum(
        tally.held
        for (_, partnership), tally in tallies.items()
        if covers(cap, partnership) and counts(cap, tally.closes_at)
    )


def remaining(cap: CapState, seats: int) -> int | None:
    """Seats left: never below 0; None where the cap sets no number."""
    return None if cap.max is None else max(0, cap.max - seats)


def usage(cap: CapState, seats: int) -> UsageState:
    """What is told of a cap under which so many seats are held."""
    return UsageState(
        id=cap.id,
        node=cap.node,
        period_start=cap.period_start,
        period_end=cap.period_end,
        cap=cap.max,
        held=seats,
        remaining=remaining(cap, seats),
        over_cap=cap.max is not None and seats > cap.max,
    )


def usage_facts(
    world: World, caps: Iterable[CapState], taken: Mapping[tuple[str, str], Tally]
) -> tuple[Draft, ...]:
    """`usage.changed` for each of these caps whose numbers differ from those last told.

    `taken` are seats about to be taken (or given back, if negative), by round and partnership.
    """
    drafts = []
    for cap in sorted(caps, key=lambda cap: cap.id):
        before, after = world.usage.get(cap.id), usage(cap, held(cap, world.tallies) + held(cap, taken))
        if after != before:
            data = UsageChanged(state=after, changed=changed_fields(before, after))
            drafts.append(Draft("usage.changed", cap.id, data))
    return tuple(drafts)


def given_back(world: World, round_id: str, partnership: str) -> tuple[Draft, ...]:
    """`usage.changed` of every cap over a partnership in which one seat of a round is about to be free."""
    closes_at = world.rounds[round_id].state.closes_at
    over = [cap for cap in world.caps.values() if covers(cap, partnership)]
    return usage_facts(world, over, {(round_id, partnership): Tally(closes_at, -1)})


def tree(
    partnerships: Iterable[str],
    caps: Iterable[CapState],
    closes_at: datetime,
    tallies: Mapping[tuple[str, str], Tally],
) -> tuple[ListedNode, ...]:
    """The cap tree over these partnerships: each of them and each cap that sets a number, by id."""
    numbered = [cap for cap in caps if cap.max is not None]
    nodes: dict[str, ListedNode] = {}
    for partnership in partnerships:
        for node in _branch(partnership, above(numbered, partnership, closes_at), tallies):
            if nodes.setdefault(node.id, node) != node:
                raise NotLaminar(
                    f"{node.id} lies in {node.parent} and in {nodes[node.id].parent}, which cross"
                )
    return tuple(nodes[name] for name in sorted(nodes))


def _branch(
    partnership: str, caps: tuple[CapState, ...], tallies: Mapping[tuple[str, str], Tally]
) -> Iterator[ListedNode]:
    own = [cap for cap in caps if cap.node == partnership]
    outer = [cap for cap in caps if cap.node != partnership]
    parents = [*(cap.node for cap in outer), None]
    left = remaining(own[0], held(own[0], tallies)) if own else None
    yield ListedNode(id=partnership, parent=parents[0], remaining=left)
    for cap, parent in zip(outer, parents[1:], strict=True):
        yield ListedNode(id=cap.node, parent=parent, remaining=remaining(cap, held(cap, tallies)))


def _depth(cap: CapState) -> int:
    return sum(part is not None for part in cap.scope.parts)


def _inside(inner: CapState, outer: CapState) -> bool:
    pairs = zip(inner.scope.parts, outer.scope.parts, strict=True)
    return inner.node != outer.node and all(wide is None or wide == narrow for narrow, wide in pairs)
