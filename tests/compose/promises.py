"""What was promised, checked on what a client that is not ours reads from the topics."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Set

from tests.compose.site import Project
from tests.support.kafka import Message, dump

OUTPUTS = [f"{s}.{kind}" for s in ("partners", "vacancies", "matching") for kind in ("facts", "refusals")]
TOPICS = [*OUTPUTS, "matching.public"]


def answered(project: Project, acknowledged: Iterable[str], within: float) -> list[Message]:
    """Wait until each acknowledged report is answered and nothing waits to be published; gives the topics."""
    wanted, end = set(acknowledged), time.monotonic() + within
    while True:
        found = dump(project.kafka, TOPICS)
        missing = wanted - {str(one.event.get("causationid")) for one in found}
        quiet = not missing and _quiet(project)
        if quiet or time.monotonic() > end:
            assert quiet, f"{len(missing)} of {len(wanted)} reports have no answer after {within:.0f} s"
            return found
        time.sleep(1)


def _quiet(project: Project) -> bool:
    told = project.jembatan("status", "--json")
    services = json.loads(told[told.index("{") : told.rindex("}") + 1])["services"]
    return all(one["backlog"] == 0 for one in services.values())


def broken(found: list[Message], acknowledged: Set[str], sent: Set[str]) -> list[str]:
    """Which promises are broken, a sentence each: lost, invented, published twice, or out of order."""
    causes = {str(one.event.get("causationid")) for one in found}
    ours = {cause for cause in causes if cause.startswith("load-")}
    faults = [f"lost: {one}" for one in acknowledged - causes]
    faults += [f"invented: {one}" for one in ours - sent]
    ids = Counter(one.event["id"] for one in found)
    faults += [f"published twice: {one}" for one, number in ids.items() if number > 1]
    return (faults + _decided_twice(found) + _out_of_order(found))[:20]


def _decided_twice(found: list[Message]) -> list[str]:
    places: dict[str, set[tuple[str, int, str]]] = defaultdict(set)
    for one in found:
        event = one.event
        if str(event["causationid"]).startswith("load-"):
            cause = (event["causetopic"], event["causepartition"], event["causeoffset"])
            places[event["causationid"]].add(cause)
    return [f"decided twice: {one}" for one, causes in places.items() if len(causes) > 1]


def _out_of_order(found: list[Message]) -> list[str]:
    seen: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for one in found:
        if "sequence" in one.event:
            noun = one.event["type"].split(".")[3]
            seen[one.topic, noun, one.event["subject"]].append(int(one.event["sequence"]))
    wrong = [key for key, numbers in seen.items() if numbers != list(range(1, len(numbers) + 1))]
    return [f"out of order: {key}" for key in wrong]
