"""Caps, the tallies of seats under them, and what was last told of them.

Whoever takes or gives back seats holds every scope over their partnerships (`node`, shared), so that no cap
comes into being there meanwhile, and each existing cap alone (`cap`), so that its seats are counted by one
transaction at a time. Whoever writes a cap holds its scope alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from jembatan.contracts.matching.offers import UsageState
from jembatan.contracts.partners import CapState
from jembatan.engine import locks
from jembatan.engine.service import Connection
from services.matching.domain.caps import scopes_over
from services.matching.domain.world import Tally, World
from services.matching.store import rows

OVER = "SELECT state FROM cap WHERE node = ANY($1) OR id = ANY($2) ORDER BY id"
TOLD = "SELECT state FROM usage WHERE id = ANY($1)"
TALLIES = "SELECT round_id, partnership, closes_at, held FROM tally WHERE partnership LIKE ANY($1)"


async def load(
    connection: Connection,
    world: World,
    partnerships: Iterable[str],
    copied: Sequence[CapState] = (),
) -> None:
    """Lock and load the caps over these partnerships, and those about to be written with these states."""
    over = set(chain.from_iterable(scopes_over(name) for name in partnerships))
    alone = {cap.node for cap in copied}
    if not over and not alone:
        return
    await locks.shared(connection, "node", over - alone)
    await locks.exclusive(connection, "node", alone)
    found = await rows.states(connection, CapState, OVER, list(over), [cap.id for cap in copied])
    world.caps |= {cap.id: cap for cap in found}
    await locks.exclusive(connection, "cap", {*world.caps, *(cap.id for cap in copied)})
    await _counted(connection, world, [*found, *copied])


async def _counted(connection: Connection, world: World, caps: Iterable[CapState]) -> None:
    caps = list(caps)
    told = await rows.states(connection, UsageState, TOLD, [cap.id for cap in caps])
    world.usage |= {usage.id: usage for usage in told}
    for row in await connection.fetch(TALLIES, [_pattern(cap) for cap in caps]):
        world.tallies[row["round_id"], row["partnership"]] = Tally(row["closes_at"], row["held"])


def _pattern(cap: CapState) -> str:
    return ":".join("%" if part is None else part.replace("_", r"\_") for part in cap.scope.parts)


async def save(connection: Connection, world: World) -> None:
    """Write caps and what was told of them."""
    caps = [world.caps[name] for name in sorted(world.changed.caps)]
    ids, nodes = [cap.id for cap in caps], [cap.node for cap in caps]
    columns = {"id": ("text", ids), "node": ("text", nodes), "state": rows.dumped(caps)}
    await rows.write(connection, "cap", columns)
    usage = [world.usage[name] for name in sorted(world.changed.usage)]
    await rows.write(
        connection, "usage", {"id": ("text", [one.id for one in usage]), "state": rows.dumped(usage)}
    )
