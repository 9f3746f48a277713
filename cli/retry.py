"""`jembatan refusals retry`: the refused report's own record, sent again under a new id."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

from cli.exits import Exit, Failed
from cli.output import put_json, put_line, safe
from cli.reading import Query, listed
from cli.selection import Selection
from jembatan.client import Event, Publisher, Subscriber, is_simulated
from jembatan.contracts.binding import Unbound, event_text
from jembatan.contracts.envelope import STRUCTURED
from jembatan.contracts.refusal import Refusal, RefusedReport
from jembatan.contracts.registry import SERVICES
from jembatan.contracts.writing import Encoded
from jembatan.engine.records import Record


async def retry(bootstrap: str, identity: str, source: str | None, *, as_json: bool) -> None:
    """Find the refusal, read the refused record where it lies, send it with a new id and `retryof`."""
    report = await refused(bootstrap, identity, source)
    record = await record_at(bootstrap, report)
    again = renewed(record, str(uuid.uuid4()))
    at = record.at if await is_simulated(bootstrap, record.topic) else None
    sent = await _send(bootstrap, record, again, at)
    if as_json:
        put_json({"id": sent, "retryof": again["retryof"], "topic": record.topic})
    else:
        put_line(safe(f"Sent again as {sent}; `jembatan trace {sent}` shows what it becomes."))


async def refused(bootstrap: str, identity: str, source: str | None) -> RefusedReport:
    """The report of a refusal, by either's id; Failed if there is none, or more than one."""
    query = Query(bootstrap, tuple(f"{service}.refusals" for service in SERVICES), Selection())
    found: list[RefusedReport] = [
        event.data.report for event in await listed(query) if is_about(event, identity, source)
    ]
    if not found:
        raise Failed(Exit.NO, f"No refusal of {identity} is kept. `jembatan refusals` lists those that are.")
    if len({report.source for report in found}) > 1:
        who = ", ".join(sorted({str(report.source) for report in found}))
        raise Failed(Exit.BAD_INPUT, f"Several reporters used this id; say which with --reporter: {who}.")
    return found[-1]


def is_about(event: Event, identity: str, source: str | None) -> bool:
    """Whether a refusal has this id, or refuses the report of this id (and source, if given)."""
    if not isinstance(event.data, Refusal):
        return False
    report = event.data.report
    return identity in (event.id, report.id) and source in (None, report.source)


async def record_at(bootstrap: str, report: RefusedReport) -> Record:
    """The refused record; Failed if the topic no longer keeps it."""
    place = (report.topic, report.partition)
    wanted = {place: report.offset}
    async with Subscriber(bootstrap, [report.topic], from_=wanted, to_end=True) as subscriber:
        async for one in subscriber.received():
            if one.record.offset == report.offset:
                return one.record
            break
    raise Failed(
        Exit.NO,
        f"{report.topic} no longer keeps this report; send it again from where it came, as a new one.",
    )


def renewed(record: Record, identity: str) -> dict[str, Any]:
    """The record's event with another id and with `retryof`; Failed if it is no event with an id."""
    try:
        event = json.loads(event_text(record))
    except (Unbound, ValueError) as error:
        event = error
    if not isinstance(event, dict) or not isinstance(event.get("id"), str):
        raise Failed(
            Exit.NO, "What was refused is no CloudEvents report with an id; mend it and report it anew."
        )
    return event | {"id": identity, "retryof": event["id"]}


async def _send(bootstrap: str, record: Record, event: dict[str, Any], at: datetime | None) -> str:
    value = json.dumps(event, ensure_ascii=False).encode()
    key = str(event.get("subject", "")).encode()
    encoded = Encoded(key, value, (("content-type", STRUCTURED.encode()),))
    async with Publisher(bootstrap, "") as publisher:
        return (await publisher.send(record.topic, encoded, event["id"], at)).id
