"""Reports become facts or refusals, once, on a real broker and database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from cli.embedded.stack import EmbeddedStack
from jembatan.engine import wire
from jembatan.engine.input import PartitionInput
from jembatan.engine.lanes import lane_of
from jembatan.engine.records import TICK, Record
from jembatan.engine.wire import Outgoing
from tests.support import kafka, wires
from tests.support.engines import DATA, OUTPUTS, REPORT, SOURCE, engine, report, rows, until

pytestmark = pytest.mark.kafka


def mark() -> str:
    return uuid4().hex[:8]


async def outputs(stack: EmbeddedStack) -> list[kafka.Message]:
    return await asyncio.to_thread(kafka.dump, stack.kafka, OUTPUTS)


async def answers(stack: EmbeddedStack, subject: str) -> list[dict[str, Any]]:
    return [m.event for m in await outputs(stack) if m.event.get("subject") == subject]


async def test_both_modes_any_key_become_facts_in_order_at_their_places(stack: EmbeddedStack) -> None:
    own = mark()
    subjects = [f"{own}-{n}" for n in range(7)]
    async with engine(stack):
        for mode in ("structured", "binary"):
            await report(stack, *(subjects * 20), mode=mode, key=b"any")

        async def done() -> bool:
            found = await rows(
                stack, "SELECT sum(reported) AS n FROM tally WHERE subject = ANY($1)", subjects
            )
            return bool(found[0]["n"] == 280)

        await until(done, "all are counted")

        async def published() -> bool:
            mine = [m for m in await outputs(stack) if m.event["subject"] in subjects]
            return len(mine) == 280

        await until(published, "all are published")
    for subject in subjects:
        sequences = [int(event["sequence"]) for event in await answers(stack, subject)]
        assert sequences == list(range(1, 41))
    for topic in OUTPUTS:
        for partition in range(4):
            offsets = [m.offset for m in await outputs(stack) if (m.topic, m.partition) == (topic, partition)]
            assert offsets == list(range(len(offsets)))


async def test_a_repeat_changes_nothing_and_a_reused_id_is_refused(stack: EmbeddedStack) -> None:
    subject = f"{mark()}-again"
    async with engine(stack):
        (identity,) = await report(stack, subject)
        await report(stack, subject, identity=identity)
        await report(stack, subject, identity=identity, mode="binary")
        reports = kafka.Reports(stack.kafka, SOURCE)
        reports.send(REPORT, subject, DATA | {"countries": ["AO"]}, service="partners", identity=identity)
        await asyncio.to_thread(reports.flush)
        await until(lambda: _count(stack, subject, 2), "a fact and a refusal")
        await report(stack, subject)
        await until(lambda: _count(stack, subject, 3), "the next report's fact")
    events = await answers(stack, subject)
    refused = [event for event in events if event["type"].endswith("refusal.v1")]
    assert [reason["code"] for reason in refused[0]["data"]["reasons"]] == ["ID_REUSED"]
    assert len(events) == 3 and len(refused) == 1


async def _count(stack: EmbeddedStack, subject: str, number: int) -> bool:
    return len(await answers(stack, subject)) == number


async def test_garbage_is_refused_each_and_stops_nothing(stack: EmbeddedStack) -> None:
    own = mark()
    structured: kafka.Headers = [("content-type", kafka.STRUCTURED.encode())]
    reports = kafka.Reports(stack.kafka, SOURCE)
    head = {"specversion": "1.0", "source": SOURCE, "type": f"org.jembatan.report.{REPORT}.v1"}
    nan, _ = kafka.encode(head | {"id": f"{own}-nan", "subject": f"{own}-nan"}, DATA, "structured")
    bad = [
        b"\xff\xfe\x00garbage", b"[" * 2**20, b"[" * (2**20 - 10), b"{}", b"null", b"", None,
        nan.replace(b'["AF"]', b"[NaN]"), nan.replace(b'["AF"]', b'["\\u0000"]'),
        nan.replace(b"2024-01-01", b"not a day").replace(b'["AF"]', b"[]"),
    ]  # fmt: skip
    async with engine(stack):
        before = len(await outputs(stack))
        for value in bad:
            reports.raw("partners.reports", value, structured)
        reports.raw("partners.reports", nan, [])
        reports.raw("partners.reports", nan, [*structured, ("a-header", None)])
        doubled = nan.replace(b'"countries"', b'"published_on": "2023-03-08", "countries"')
        reports.raw("partners.reports", doubled.replace(b"-nan", b"-twice"), structured)
        reports.send(REPORT, f"{own}-good", DATA, service="partners")
        await asyncio.to_thread(reports.flush)
        await until(lambda: _total(stack, before + len(bad) + 4), "an answer to each")
    assert len(await answers(stack, f"{own}-good")) == 1
    assert len(await answers(stack, f"{own}-twice")) == 1


async def _total(stack: EmbeddedStack, number: int) -> bool:
    return len(await outputs(stack)) == number


async def test_a_header_named_by_garbage_stops_nothing(
    stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "batch", wires.misnamed)
    first, second = f"{mark()}-first", f"{mark()}-second"
    head = {"specversion": "1.0", "source": SOURCE, "type": f"org.jembatan.report.{REPORT}.v1"}
    good = [kafka.encode(head | {"id": s, "subject": s}, DATA, "structured")[0] for s in (first, second)]
    structured = ("content-type", kafka.STRUCTURED.encode())
    values, headers = (good[0], b"garbage", good[1], b"garbage"), [structured, (wires.MISNAMED, b"1")]
    async with engine(stack) as running:
        assert running.hub is not None
        before = len(await outputs(stack))
        await running.hub.wire.produce(
            "partners.reports", 2, [Outgoing(b"key", value, -1, tuple(headers)) for value in values]
        )
        await until(lambda: _total(stack, before + 4), "an answer to each of the batch")
    # Such a record was the last one decided: it is read again when the partition is taken.
    async with engine(stack):
        await report(stack, f"{first}-more")
        await until(lambda: _count(stack, f"{first}-more", 1), "the next report's fact")
    assert len(await answers(stack, first)) == len(await answers(stack, second)) == 1


async def test_a_partition_that_fails_stops_no_other(
    stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = PartitionInput.batch

    async def batch(source: PartitionInput, wait_ms: int) -> Sequence[Record]:
        if ("partners.reports", 1) in source._following:
            raise RuntimeError("a mistake in reading")
        return await whole(source, wait_ms)

    subject = mark()
    reports = kafka.Reports(stack.kafka, SOURCE)
    value, headers = kafka.encode(
        {"specversion": "1.0", "source": SOURCE, "type": f"org.jembatan.report.{REPORT}.v1", "id": subject,
         "subject": subject},
        DATA,
        "structured",
    )  # fmt: skip
    monkeypatch.setattr(PartitionInput, "batch", batch)
    async with engine(stack) as running:
        assert running.hub is not None
        alarm = running.hub.metrics.alarms.labels("worker")
        await until(lambda: alarm._value.get() > 0, "an alarm")
        reports.raw("partners.reports", value, headers, partition=2)
        await asyncio.to_thread(reports.flush)
        await until(lambda: _count(stack, subject, 1), "the fact of another partition's report")


async def test_every_reason_is_listed_with_its_pointer(stack: EmbeddedStack) -> None:
    subject = f"{mark()}-wrong"
    reports = kafka.Reports(stack.kafka, SOURCE)
    wrong = {"published_on": "never", "countries": ["AFX"], "colour": "red"}
    async with engine(stack):
        reports.send(REPORT, subject, wrong, service="partners")
        await asyncio.to_thread(reports.flush)
        await until(lambda: _count(stack, subject, 1), "the refusal")
    (refusal,) = await answers(stack, subject)
    pointers = {reason["pointer"] for reason in refusal["data"]["reasons"]}
    assert {"/data/published_on", "/data/countries/0", "/data/colour"} <= pointers
    assert "never" not in str(refusal["data"]) and "AFX" not in str(refusal["data"])


async def test_only_reporters_report_and_only_in_their_own_name(stack: EmbeddedStack) -> None:
    own = mark()
    async with engine(stack):
        await report(stack, f"{own}-stranger", source="urn:someone:else")
        await report(stack, f"{own}-type", source="urn:jembatan:reporter:limited")
        await report(stack, f"{own}-topic", source="urn:jembatan:reporter:apart")
        for what in ("stranger", "type", "topic"):
            await until(lambda what=what: _count(stack, f"{own}-{what}", 1), f"the refusal of {what}")
    for what in ("stranger", "type", "topic"):
        (refusal,) = await answers(stack, f"{own}-{what}")
        assert [reason["code"] for reason in refusal["data"]["reasons"]] == ["NOT_YOUR_REPORT"]


async def test_a_reporter_with_topics_of_its_own_reports_there(stack: EmbeddedStack) -> None:
    subject = f"{mark()}-apart"
    head = {
        "specversion": "1.0", "id": subject, "source": "urn:jembatan:reporter:apart", "subject": subject,
        "type": f"org.jembatan.report.{REPORT}.v1",
    }  # fmt: skip
    value, headers = kafka.encode(head, DATA, "structured")
    reports = kafka.Reports(stack.kafka, SOURCE)
    async with engine(stack):
        reports.raw("partners.reports.apart", value, headers)
        await asyncio.to_thread(reports.flush)
        await until(lambda: _count(stack, subject, 1), "its fact")
    assert (await answers(stack, subject))[0]["type"].startswith("org.jembatan.fact.")


async def test_a_bug_is_an_internal_refusal_that_leaves_the_id_open(stack: EmbeddedStack) -> None:
    own = mark()
    async with engine(stack):
        await report(stack, f"bug-{own}", f"refuse-{own}", f"{own}-fine", f"huge-{own}")
        (identity,) = await report(stack, f"bug-{own}-open")
        for subject in (f"bug-{own}", f"refuse-{own}", f"{own}-fine", f"huge-{own}", f"bug-{own}-open"):
            await until(lambda subject=subject: _count(stack, subject, 1), subject)
    codes = [reason["code"] for reason in (await answers(stack, f"bug-{own}"))[0]["data"]["reasons"]]
    assert codes == ["INTERNAL"]
    codes = [reason["code"] for reason in (await answers(stack, f"refuse-{own}"))[0]["data"]["reasons"]]
    assert codes == ["NO", "NEVER"]
    codes = [reason["code"] for reason in (await answers(stack, f"huge-{own}"))[0]["data"]["reasons"]]
    assert codes == ["TOO_LARGE"]
    assert await rows(stack, "SELECT 1 FROM seen WHERE id = $1", identity) == []


async def test_a_deadline_passes_when_the_watermark_does_and_only_once(stack: EmbeddedStack) -> None:
    subject = f"due-{mark()}"
    async with engine(stack) as running:
        await report(stack, subject)
        await until(lambda: _count(stack, subject, 1), "the report's fact")
        await asyncio.sleep(3)
        assert len(await answers(stack, subject)) == 1, "no tick, no watermark, no deadline"

        async def passed() -> bool:
            await running.tick()
            return len(await answers(stack, subject)) == 2

        await until(passed, "the deadline's fact")
        await running.tick()
        await asyncio.sleep(0.5)
    first, second = await answers(stack, subject)
    assert second["causationid"].startswith("deadline:partners/safeguards.due/")
    assert second["time"] > first["time"] and second["sequence"].endswith("2")


async def test_a_job_goes_page_by_page(stack: EmbeddedStack) -> None:
    subject = f"job-{mark()}"
    async with engine(stack):
        await report(stack, subject)
        await until(lambda: _count(stack, subject, 4), "a fact for the report and one for each page")
    notes = [event["data"]["changed"] for event in await answers(stack, subject)]
    assert notes == [[], ["page 0"], ["page 1"], ["page 2"]]
    assert len(await rows(stack, "SELECT 1 FROM job WHERE subject = $1 AND done", subject)) == 1


def in_one_lane(*prefixes: str) -> list[str]:
    """Fresh subjects with these prefixes, all of lane 0."""
    return [next(s for n in count() if lane_of(s := f"{prefix}-{mark()}-{n}", 4) == 0) for prefix in prefixes]


async def test_a_deadline_and_a_page_that_fail_hold_up_no_others(stack: EmbeddedStack) -> None:
    bug, due, bad_job, job = in_one_lane("due-bug", "due", "job-bug", "job")
    async with engine(stack) as running:
        await report(stack, bug, bad_job, due, job)
        await until(lambda: _count(stack, job, 4), "the other job's pages")

        async def passed() -> bool:
            await running.tick()
            return len(await answers(stack, due)) == 2

        await until(passed, "the other deadline's fact")
        assert len(await answers(stack, bug)) == 1 and len(await answers(stack, bad_job)) == 1
        assert running.hub is not None
        assert b'jembatan_alarms_total{kind="tender"}' in running.hub.metrics.text()
    # Left as they are, they would fail in every later test of this stack.
    await rows(stack, "DELETE FROM tally WHERE subject = $1", bug)
    await rows(stack, "UPDATE job SET done = true WHERE subject = $1", bad_job)


async def test_a_tick_is_no_report_but_an_empty_value_is_a_bad_one(stack: EmbeddedStack) -> None:
    reports = kafka.Reports(stack.kafka, SOURCE)
    async with engine(stack):
        before = len(await outputs(stack))
        reports.raw("partners.reports", b"", [(TICK, b"1")])
        reports.raw("partners.reports", b"", [])
        await asyncio.to_thread(reports.flush)
        await until(lambda: _total(stack, before + 1), "one refusal")
        await asyncio.sleep(0.5)
        assert len(await outputs(stack)) == before + 1


async def test_a_record_ahead_of_the_clock_stops_its_partition_and_is_kept(
    stack: EmbeddedStack,
) -> None:
    subject = f"ahead-{mark()}"
    # To this worker whatever came in the last hour is of the future.
    async with engine(stack, clock_jump=-3600.0) as running:
        await report(stack, subject)
        hub = running.hub
        assert hub is not None
        await until(lambda: any("CLOCK_JUMP" in why for why in hub.standing().values()), "it stands")
        assert not running.ready
        assert b'jembatan_alarms_total{kind="CLOCK_JUMP"}' in hub.metrics.text()
        assert await answers(stack, subject) == []
    async with engine(stack):
        await until(lambda: _count(stack, subject, 1), "a worker with a right clock decides it")
