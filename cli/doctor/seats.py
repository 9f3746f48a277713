"""Seats: counted right, each for a live offer or its placement, within what its freeze left (promise 4)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cli.doctor.finding import Finding
from cli.doctor.kinds import Kind
from cli.doctor.snapshot import Connection, fetched
from jembatan.contracts.matching.offers import UsageState
from jembatan.contracts.partners import CapState
from services.matching.domain import caps
from services.matching.domain.world import Tally

SERVICE = "matching"
SEATS = """
SELECT round_id, partnership, vacancy, count(*) AS taken, count(*) FILTER (WHERE held) AS held
FROM seat GROUP BY 1, 2, 3
"""
TALLIES = "SELECT round_id, partnership, closes_at, held FROM tally"
UNLIKE = """
SELECT coalesce(s.round_id || ':' || s.candidate, o.id) AS name, coalesce(s.held, false) AS held, o.phase
FROM seat AS s FULL JOIN offer AS o ON o.round_id = s.round_id AND o.candidate = s.candidate
    LEFT JOIN placement AS p ON p.id = o.id
WHERE coalesce(s.held, false)
    <> coalesce((p.state ->> 'seat_held')::boolean, o.phase IN ('extended', 'accepted'), false)
"""
FRAMES = """
SELECT round_id, about #> '{frame,nodes}' AS nodes, (
    SELECT jsonb_object_agg(key, value -> 'openings') FROM jsonb_each(about #> '{frame,vacancies}')
) AS openings
FROM round_work WHERE kind = 'freeze' AND about ? 'frame'
"""
CAPS = "SELECT c.id, c.state AS cap, u.state AS usage FROM cap AS c LEFT JOIN usage AS u USING (id)"


@dataclass(frozen=True, slots=True)
class Taken:
    """Seats of one round for one vacancy; `taken` counts those given back, too."""

    round: str
    partnership: str
    vacancy: str
    taken: int
    held: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What a freeze had left: by node its parent and remaining seats (None: no cap), by vacancy openings."""

    round: str
    nodes: Mapping[str, tuple[str | None, int | None]]
    openings: Mapping[str, int]


def tallied(seats: Sequence[Taken], tallies: Mapping[tuple[str, str], Tally]) -> Iterator[Finding]:
    """Counted seats against the seats."""
    held: Counter[tuple[str, str]] = Counter()
    for one in seats:
        held[one.round, one.partnership] += one.held
    for key in sorted(held.keys() | tallies.keys()):
        counted = tallies[key].held if key in tallies else 0
        if held[key] != counted:
            what = f"{held[key]} seats are held, counted are {counted}"
            yield _finding(Kind.TALLY_DIFFERS, f"round {key[0]}, {key[1]}", what)


def paired(rows: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """Seats and offers that do not go together."""
    for row in rows:
        if row["held"]:
            what = f"its offer is {row['phase']}" if row["phase"] else "there is no such offer"
            yield _finding(Kind.SEAT_WITHOUT_OFFER, f"seat {row['name']}", what)
        else:
            yield _finding(Kind.OFFER_WITHOUT_SEAT, f"offer {row['name']}", f"it is {row['phase']}")


def within(frame: Frame, seats: Sequence[Taken]) -> Iterator[Finding]:
    """The seats that a round took, at every node of its frozen tree and at every vacancy."""
    taken: Counter[str] = Counter()
    for one in seats:
        taken[f"vacancy {one.vacancy}"] += one.taken
        node: str | None = one.partnership
        while node is not None:
            taken[f"node {node}"] += one.taken
            node = frame.nodes.get(node, (None, None))[0]
    left = {f"node {name}": remaining for name, (_, remaining) in frame.nodes.items()}
    left |= {f"vacancy {name}": openings for name, openings in frame.openings.items()}
    for name, number in sorted(taken.items()):
        most = left.get(name, 0)
        if most is not None and number > most:
            what = f"it took {number} seats, left were {most}"
            yield _finding(Kind.SEAT_BEYOND_CAP, f"round {frame.round}, {name}", what)


def told(
    cap: CapState, usage: UsageState | None, tallies: Mapping[tuple[str, str], Tally]
) -> Iterator[Finding]:
    """What was last told of a cap; that it is over is told there, and is then no fault."""
    true = caps.usage(cap, caps.held(cap, tallies))
    if usage != true:
        last = f"{usage.held} of {usage.cap}" if usage else "nothing"
        what = f"{true.held} of {true.cap} are held, told was {last}"
        yield _finding(Kind.USAGE_DIFFERS, f"cap {cap.id}", what)


async def check(connection: Connection) -> list[Finding]:
    """All seats of matching."""
    seats = [Taken(*row.values()) for row in await fetched(connection, SEATS)]
    tallies = {
        (row["round_id"], row["partnership"]): Tally(row["closes_at"], row["held"])
        for row in await fetched(connection, TALLIES)
    }
    found = [*tallied(seats, tallies), *paired(await fetched(connection, UNLIKE))]
    for row in await fetched(connection, FRAMES):
        found += within(_frame(row), [one for one in seats if one.round == row["round_id"]])
    for row in await fetched(connection, CAPS):
        usage = row["usage"] and UsageState.model_validate_json(row["usage"])
        found += told(CapState.model_validate_json(row["cap"]), usage or None, tallies)
    return found


def _frame(row: Mapping[str, Any]) -> Frame:
    nodes = {one["id"]: (one["parent"], one["remaining"]) for one in json.loads(row["nodes"])}
    return Frame(row["round_id"], nodes, json.loads(row["openings"] or "{}"))


def _finding(kind: Kind, where: str, what: str) -> Finding:
    return Finding(kind, SERVICE, where, what)
