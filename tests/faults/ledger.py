"""The four sets that must agree after quiet: reported, decided, published, and applied by a subscriber."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from time import monotonic, sleep
from typing import Any

from jembatan.contracts import events  # noqa: F401  (declares them)
from jembatan.engine.hub import output_topics
from tests.faults import downstream
from tests.support.kafka import Message, dump
from tests.support.platform import Platform, query

HEADS = """
SELECT coalesce(sum(head), 0)::bigint AS decided,
    coalesce(sum(coalesce(acknowledged, 0)), 0)::bigint AS published
FROM {0}.lane_head LEFT JOIN {0}.lane_mark USING (topic, partition)
"""
SHOWN = 5
READ = "SELECT topic, partition, next_offset FROM {0}.position"


@dataclass
class Faults:
    """What is wrong; empty if the promises are kept."""

    lost: set[str] = field(default_factory=set)
    twice: dict[str, int] = field(default_factory=dict)
    invented: set[str] = field(default_factory=set)
    out_of_order: dict[str, list[int]] = field(default_factory=dict)
    misplaced: list[str] = field(default_factory=list)
    applied_otherwise: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any(vars(self).values())

    def __str__(self) -> str:
        """Each kind with its first few: one that is frequent must not hide the others."""
        broken = {key: _first_break(seen) for key, seen in islice(self.out_of_order.items(), SHOWN)}
        shown = {
            "lost": set(islice(sorted(self.lost), SHOWN)),
            "twice": dict(islice(self.twice.items(), SHOWN)),
            "invented": set(islice(sorted(self.invented), SHOWN)),
            "out_of_order": broken,
            "misplaced": self.misplaced[:SHOWN],
            "applied_otherwise": self.applied_otherwise[:SHOWN],
        }
        found = {kind: some for kind, some in shown.items() if some}
        return ", ".join(f"{kind}={some} of {len(getattr(self, kind))}" for kind, some in found.items())


def _first_break(seen: list[int]) -> str:
    """A subject's sequences around the first that is not one more than the one before."""
    at = next(place for place, sequence in enumerate(seen) if sequence != place + 1)
    return f"{seen[max(at - 1, 0) : at + 2]} from place {max(at, 1)}"


def topics(services: Iterable[str]) -> list[str]:
    """Every topic that these services publish in."""
    return [topic for service in services for topic in output_topics(service)]


def quiet(platform: Platform, acknowledged: Iterable[str], within: float = 120.0) -> list[Message]:
    """Wait until every acknowledged report is answered and nothing moves any more; gives the topics."""
    wanted, deadline = set(acknowledged), monotonic() + within
    while True:
        late = monotonic() > deadline
        before = _still(platform)
        if before or late:
            found = dump(platform.kafka, topics(platform.services))
            missing = wanted - {cause for message in found for cause in causes(message)}
            # What was decided while the topics were read is not in what was read.
            if late or (not missing and not _unread(platform, found) and heads(platform) == before):
                return found
        sleep(0.2)


def _still(platform: Platform) -> list[tuple[int, int]]:
    """What is decided and published, if that is the same and does not change for a moment; else nothing."""
    before = heads(platform)
    sleep(0.5)
    still = before == heads(platform) and all(decided == published for decided, published in before)
    return before if still else []


def heads(platform: Platform) -> list[tuple[int, int]]:
    """Facts decided and facts published, of each service."""
    rows = [query(platform.postgres, HEADS.format(service))[0] for service in platform.services]
    return [(row["decided"], row["published"]) for row in rows]


def _unread(platform: Platform, found: Iterable[Message]) -> set[tuple[str, int]]:
    """Partitions of facts that a service has not decided to their end: one that starts is still, too."""
    ends: dict[tuple[str, int], int] = defaultdict(int)
    for message in found:
        place = message.topic, message.partition
        ends[place] = max(ends[place], message.offset + 1)
    rows = [row for service in platform.services for row in query(platform.postgres, READ.format(service))]
    return {(row["topic"], row["partition"]) for row in rows
            if row["next_offset"] < ends[row["topic"], row["partition"]]}  # fmt: skip


def causes(message: Message) -> list[str]:
    """The id of the report that a fact or refusal comes from, and the place where that lies."""
    event = message.event
    return [event["causationid"], coordinates(event)] if "causationid" in event else []


def coordinates(event: Mapping[str, Any]) -> str:
    """Where the report lies that an event comes from, as topic/partition/offset."""
    offset = event.get("causeoffset", "")
    return f"{event.get('causetopic', '')}/{event.get('causepartition')}/{int(offset) if offset else ''}"


def check(platform: Platform, found: list[Message], sent: set[str], acknowledged: set[str]) -> Faults:
    """Everything that the promises forbid, in what an independent client read from the topics."""
    faults = Faults()
    answers: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    ids: dict[str, int] = defaultdict(int)
    for message in found:
        event = message.event
        ids[event["id"]] += 1
        place = (event.get("causetopic", ""), str(event.get("causepartition")), event.get("causeoffset", ""))
        answers[event["causationid"]].add(place)
    ours = {cause for cause in answers if cause.startswith("load-")}
    faults.lost = acknowledged - ours
    faults.invented = ours - sent
    faults.twice = {cause: len(places) for cause, places in answers.items() if len(places) > 1}
    faults.twice |= {identity: number for identity, number in ids.items() if number > 1}
    faults.out_of_order = _sequences(found)
    faults.misplaced = _places(platform, found)
    faults.applied_otherwise = downstream.differences(platform, topics(platform.services))
    return faults


def _sequences(found: list[Message]) -> dict[str, list[int]]:
    """Subjects whose sequences are not 1, 2, 3 … as a subscriber applies them."""
    applied: dict[str, list[int]] = defaultdict(list)
    for message in found:
        event = message.event
        if "sequence" in event:
            noun = event["type"].split(".")[3]
            applied[f"{message.topic} {noun} {event['subject']}"].append(int(event["sequence"]))
    return {key: seen for key, seen in applied.items() if seen != list(range(1, len(seen) + 1))}


def _places(platform: Platform, found: list[Message]) -> list[str]:
    """Where the topics differ from what was decided: each fact lies at its place − 1, and nothing else.

    What is pruned from the outbox was compared before, by the engine: only what is left can be here.
    """
    lies = {(m.topic, m.partition, m.offset + 1): m.event["id"] for m in found}
    decided: dict[tuple[str, int, int], str] = {}
    pruned: dict[tuple[str, int], int] = {}
    for service in platform.services:
        rows = query(platform.postgres, f"SELECT topic, partition, place, id FROM {service}.outbox")
        decided |= {(row["topic"], row["partition"], row["place"]): str(row["id"]) for row in rows}
        rows = query(platform.postgres, f"SELECT topic, partition, pruned FROM {service}.lane_mark")
        pruned |= {(row["topic"], row["partition"]): row["pruned"] for row in rows}
    kept = {place for place in lies if place in decided or place[2] > pruned.get(place[:2], 0)}
    wrong = [place for place in kept | decided.keys() if lies.get(place) != decided.get(place)]
    return [f"{place}: {lies.get(place)} lies there, decided is {decided.get(place)}" for place in wrong][:20]
