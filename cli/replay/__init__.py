"""`jembatan replay SERVICE`: folds the facts anew, and compares with the live public state."""

from __future__ import annotations

from cli.exits import Exit
from cli.output import put_json, put_line, safe, say
from cli.replay.running import Replay, Replayed
from cli.replay.scratch import name_of
from cli.replay.tables import left_out

__all__ = ["replay"]


async def replay(kafka: str, postgres: str, service: str, *, keep: bool, as_json: bool) -> Exit:
    """Replay and tell; NO if a row differs, or a fact cannot be read."""
    result = await Replay(kafka, postgres, service, say, keep).run()
    if as_json:
        put_json(as_object(service, result))
    else:
        put_line("\n".join(lines(service, result)))
    if keep:
        say(f"What was folded is kept in the schema {name_of(service)}; drop it when you have looked at it.")
    return Exit.OK if result.is_same else Exit.NO


def lines(service: str, result: Replayed) -> list[str]:
    """For a person."""
    head = f"{result.facts} facts of {service} folded, {result.rows} rows compared"
    more = sum(result.count.values()) - len(result.named)
    told = [f"✗ {safe(one.line())}" for one in result.named]
    told += [f"  and {more} rows more"] if more else []
    told += (
        [f"✗ {result.unreadable} records are no facts that this version reads"] if result.unreadable else []
    )
    same = "all is as the facts say" if result.is_same else f"{sum(result.count.values())} rows differ"
    return [*told, f"{head}: {same}.", "Not compared:", *(f"  {one}" for one in left_out(service))]


def as_object(service: str, result: Replayed) -> dict[str, object]:
    """For programs."""
    return {
        "service": service,
        "same": result.is_same,
        "facts": result.facts,
        "unreadable": result.unreadable,
        "rows": result.rows,
        "differences": dict(result.count),
        "named": [one.as_object() for one in result.named],
        "not_compared": left_out(service),
    }
