"""`jembatan refusals retry`: refused reports' own records, sent again under new ids."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cli.exits import Exit, Failed
from cli.output import put_json, put_line, safe, say
from cli.refused import Asked, Target, targets
from jembatan.client import Publisher, Sent, is_simulated
from jembatan.client.raw import Reader
from jembatan.contracts.binding import Unbound, event_text
from jembatan.contracts.envelope import STRUCTURED
from jembatan.contracts.writing import Encoded
from jembatan.engine.records import Record

RETRY = uuid5(NAMESPACE_URL, "urn:jembatan:retry")
NEAR = 2000
"""Records so near to each other are read in one go."""
GONE = "its topic no longer keeps it; send it again from where it came, as a new one"
UNFIT = "it is no CloudEvents report with an id; mend it and report it anew"
HARMLESS = "What was retried before has the same new id, so it is known as a repeat and changes nothing."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one refused report: sent under an id, or why not."""

    target: Target
    id: str = ""
    why_not: str = ""

    def as_object(self) -> dict[str, Any]:
        """For programs."""
        report = self.target.report
        said = {"id": self.id} if self.id else {"error": self.why_not}
        return said | {"retryof": report.id, "source": report.source, "topic": report.topic}


async def retry(bootstrap: str, asked: Asked, *, dry_run: bool, as_json: bool) -> Exit:
    """Send every refused report that is asked for again; NO if one cannot be."""
    found = await targets(bootstrap, asked)
    say(f"{len(found)} refused reports")
    outcomes = [outcome async for outcome in _retried(bootstrap, found, dry_run=dry_run)]
    for outcome in outcomes:
        put_json(outcome.as_object()) if as_json else put_line(_line(outcome, dry_run=dry_run))
    if not dry_run:
        say(HARMLESS)
    return Exit.NO if any(outcome.why_not for outcome in outcomes) else Exit.OK


async def _retried(bootstrap: str, found: Sequence[Target], *, dry_run: bool) -> AsyncIterator[Outcome]:
    simulated = {topic: await is_simulated(bootstrap, topic) for topic in {one.report.topic for one in found}}
    async with Reader(bootstrap) as reader, Publisher(bootstrap, "") as publisher:
        for run in runs(found):
            records = await _records(reader, run)
            for target in run:
                outcome, again = prepared(target, records.get(target.report.offset))
                if again is not None and not dry_run:
                    record = records[target.report.offset]
                    await _send(publisher, record, again, record.at if simulated[record.topic] else None)
                yield outcome


def runs(found: Sequence[Target]) -> Iterator[list[Target]]:
    """Targets in the order in which they lie, cut where the topic, the partition or a wide gap parts them."""
    ordered = sorted(found, key=lambda one: (one.report.topic, one.report.partition, one.report.offset))
    run: list[Target] = []
    for one in ordered:
        if run and not _is_near(run[-1], one):
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _is_near(before: Target, after: Target) -> bool:
    one, other = before.report, after.report
    same = (one.topic, one.partition) == (other.topic, other.partition)
    return same and other.offset - one.offset <= NEAR


async def _records(reader: Reader, run: Sequence[Target]) -> dict[int, Record]:
    place = run[0].report.topic, run[0].report.partition
    wanted = {one.report.offset for one in run}
    bounds = (await reader.bounds([place]))[place]
    first, end = max(min(wanted), bounds.first), min(max(wanted) + 1, bounds.end)
    found: dict[int, Record] = {}
    if first < end:
        async for batch in reader.records(place, first, end):
            found |= {record.offset: record for record in batch if record.offset in wanted}
    return found


def prepared(target: Target, record: Record | None) -> tuple[Outcome, dict[str, Any] | None]:
    """The report to be sent again, or why it cannot be.

    Its new id is made of the refusal's: whoever retries a refusal twice sends the same id twice, which is
    decided once. A retry that is refused again has a refusal of its own, and can be retried for that.
    """
    if record is None:
        return Outcome(target, why_not=GONE), None
    again = renewed(record, str(uuid5(RETRY, target.refusal)))
    return (Outcome(target, why_not=UNFIT), None) if again is None else (Outcome(target, again["id"]), again)


def renewed(record: Record, identity: str) -> dict[str, Any] | None:
    """The record's event with another id and with `retryof`; None if it is no event with an id."""
    try:
        event = json.loads(event_text(record))
    except (Unbound, ValueError):
        return None
    if not isinstance(event, dict) or not isinstance(event.get("id"), str):
        return None
    return event | {"id": identity, "retryof": event["id"]}


async def _send(publisher: Publisher, record: Record, event: dict[str, Any], at: datetime | None) -> Sent:
    value = json.dumps(event, ensure_ascii=False).encode()
    key = str(event.get("subject", "")).encode()
    encoded = Encoded(key, value, (("content-type", STRUCTURED.encode()),))
    return await publisher.send(record.topic, encoded, event["id"], at)


def _line(outcome: Outcome, *, dry_run: bool) -> str:
    report = outcome.target.report
    name = f"{report.id or f'{report.topic}/{report.partition}/{report.offset}'} of {report.source}"
    if outcome.why_not:
        return safe(f"Not sent: {name}: {outcome.why_not}.")
    if dry_run:
        return safe(f"Would send {name} again as {outcome.id}.")
    return safe(f"{name} is sent again as {outcome.id}; `jembatan trace {outcome.id}` shows what it becomes.")


def unfit() -> Failed:
    """Nothing was asked for."""
    return Failed(
        Exit.BAD_INPUT,
        "Say which refusals: an ID, or any of --reporter, --reason, --type, --subject, --service, --since, "
        "--until.",
    )
