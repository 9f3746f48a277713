"""What `jembatan doctor` prints."""

from __future__ import annotations

from typing import Any

from cli.doctor.examination import Result
from cli.doctor.finding import Finding
from cli.doctor.kinds import Kind
from cli.output import put_json, put_line, safe

SIMULATED = "Time is simulated: this platform is for examples and tests only, and every fact says so."


def told(result: Result, *, as_json: bool) -> None:
    """Print all findings; each remedy once."""
    put_json(as_object(result)) if as_json else put_line("\n".join(lines(result)))


def lines(result: Result) -> list[str]:
    """For a person."""
    found = result.found
    head = [SIMULATED] if result.simulated else []
    if not found.findings:
        looked = f"{', '.join(sorted(result.services))}; {result.records} records read"
        return [*head, f"Every promise that can be checked here is kept ({looked})."]
    kinds = list(dict.fromkeys((one.service, one.kind) for one in found.findings))
    for service, kind in kinds:
        mine = [one for one in found.findings if (one.service, one.kind) == (service, kind)]
        head += _section(service, kind, mine, found.unnamed.get((service, kind.name), 0))
    total = sum(found.counts.values())
    return [*head, f"{total} findings in {result.records} records."]


def _section(service: str, kind: Kind, found: list[Finding], more: int) -> list[str]:
    rest = [f"    and {more} more"] if more else []
    named = [f"    {safe(one.where)}: {safe(one.what)}" for one in found]
    return [f"✗ {service}  {kind.name}  {kind.meaning}", *named, *rest, f"    → {found[0].remedy}"]


def as_object(result: Result) -> dict[str, Any]:
    """For programs: one object; `counts` by service and kind count those that are not named, too."""
    counts: dict[str, dict[str, int]] = {}
    for (service, kind), number in result.found.counts.items():
        counts.setdefault(service, {})[kind] = number
    return {
        "healthy": not result.found.findings,
        "simulated": result.simulated,
        "services": sorted(result.services),
        "records": result.records,
        "counts": counts,
        "findings": [one.as_object() for one in result.found.findings],
    }
