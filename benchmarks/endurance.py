"""`python -m benchmarks.endurance --millions 1`: do tables and memory stay flat while reports go on and on?

A fixed number of candidates is amended again and again, and one report in fifty is refused, each of another
subject. So that what an installation prunes after 45 days and after one day is pruned within the run, the
reports' records carry a time of 45 days less a minute ago (the topic takes the sender's time here), and the
outbox keeps facts for one minute. Not part of `make bench`.
"""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep, time

import psutil
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from benchmarks.harness.backlog import HEADERS, SOURCE, own, text
from benchmarks.harness.contestants import alive, serve
from benchmarks.harness.hot import amended
from benchmarks.harness.lines import svg
from benchmarks.harness.pace import quantile
from benchmarks.harness.results import Results, keep, machine
from benchmarks.harness.servers import INPUT, OUTPUT, servers
from benchmarks.report import rows
from tests.support.kafka import Reports
from tests.support.platform import Platform, Process, query

SUBJECTS = 20_000
CHUNK = 5_000
AHEAD = 20_000
EVERY = 5.0
ENOUGH = 60
"""Samples: before these PostgreSQL has not cleaned up even once."""
MINUTE = 60.0
KEPT_DAYS = 45
TABLES = ("seen", "outbox", "candidate", "numbered", "position", "lane_head", "lane_mark")
SIZES = """
SELECT c.relname AS name, pg_total_relation_size(c.oid) / 1048576::float8 AS mebibytes,
    coalesce(s.n_dead_tup, 0)::float8 AS dead
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = 'matching'
LEFT JOIN pg_stat_all_tables AS s ON s.relid = c.oid
WHERE c.relname = ANY($1)
"""
DONE = "SELECT coalesce(sum(acknowledged), 0)::bigint AS n FROM matching.lane_mark WHERE topic = ANY($1)"
REFUSED = 50
"""One in so many."""


@dataclass
class Samples:
    """What was seen, as a list a name; `reports` is how many were done by then."""

    reports: list[float] = field(default_factory=list)
    values: dict[str, list[float]] = field(default_factory=dict)

    def take(self, running: Platform, process: Process, done: int) -> None:
        """One sample."""
        self.reports.append(done)
        found = {"RSS, MiB": psutil.Process(process.pid).memory_info().rss / 2**20}
        dead = 0.0
        for row in query(running.postgres, SIZES, list(TABLES)):
            found[f"{row['name']}, MiB"] = row["mebibytes"]
            dead += row["dead"]
        for name, value in (found | {"dead tuples, thousands": dead / 1000}).items():
            self.values.setdefault(name, []).append(value)

    def results(self, wanted: int, seconds: float) -> Results:
        """What was seen so far."""
        settings = {"reports": wanted, "candidates": SUBJECTS, "seconds": round(seconds)}
        return Results("endurance", settings, {"reports": self.reports, **self.values})


def main() -> None:
    """Run, print the table, keep the results and the plot."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.endurance", description=__doc__)
    parser.add_argument("--millions", type=float, default=10.0)
    parser.add_argument("--plot", type=Path, metavar="FILE", help="where the SVG goes")
    chosen = parser.parse_args()
    print(machine(), flush=True)
    results = run(round(chosen.millions * 1e6))
    print(table(results))
    if chosen.plot:
        chosen.plot.write_text(plot(results), "utf-8")
    if grown := growing(results):
        raise SystemExit(f"not flat in the second half of the run: {', '.join(grown)}")


def run(reports: int) -> Results:
    """Send, wait, sample, until all is done. Every sample is kept: a run that ends early has those before."""
    with servers() as running:
        asyncio.run(_senders_time(running.kafka))
        process = serve(running, JEMBATAN_OUTBOX_DAYS=str(MINUTE / 86_400))
        running.await_ready(process)
        try:
            return _drive(running, process, reports)
        finally:
            process.stop()


def _drive(running: Platform, process: Process, reports: int) -> Results:
    samples, started = Samples(), monotonic()
    sender, sent, done, next_sample = Reports(running.kafka, SOURCE), 0, 0, 0.0
    while done < reports:
        alive(process)
        if sent < reports and sent - done < AHEAD:
            _send(running, sender, sent, min(CHUNK, reports - sent))
            sent += min(CHUNK, reports - sent)
        else:
            sleep(0.2)
        done = int(query(running.postgres, DONE, [OUTPUT, "matching.refusals"])[0]["n"])
        if monotonic() > next_sample or done >= reports:
            samples.take(running, process, done)
            results = keep(samples.results(reports, monotonic() - started))
            next_sample = monotonic() + EVERY
    return results


def _send(running: Platform, sender: Reports, first: int, number: int) -> None:
    then = round((time() - KEPT_DAYS * 86_400 + MINUTE) * 1000)
    for one in range(first, first + number):
        subject = f"test-e{one % SUBJECTS}" if one < SUBJECTS or one % REFUSED else f"test-none{one}"
        value = text(subject) if one < SUBJECTS else amended(one, subject)
        where = own(subject, running.partitions)
        sender.raw(INPUT, value, HEADERS, subject.encode(), str(one), milliseconds=then, partition=where)
    sender.flush()
    sender.acknowledged.clear()


async def _senders_time(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        configs = {"message.timestamp.type": "CreateTime", "retention.ms": "-1"}
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, INPUT, configs=configs)])
    finally:
        await admin.close()


def growing(results: Results) -> list[str]:
    """What was more in the last quarter than in the one before it, by over a fifth and a MiB (a thousand)."""
    grown: list[str] = []
    if len(results.runs["reports"]) < ENOUGH:
        return grown
    for name, values in results.runs.items():
        quarter = max(1, len(values) // 4)
        before, last = max(values[-2 * quarter : -quarter], default=0.0), max(values[-quarter:])
        if name != "reports" and last > 1.2 * before + 1:
            grown.append(f"{name} went from {before:,.1f} to {last:,.1f}")
    return grown


def table(results: Results) -> str:
    """A row a figure: at a quarter, a half and the end of the run, and the most."""
    lines = []
    for name, values in results.runs.items():
        if name != "reports":
            marks = (len(values) // 4, len(values) // 2, len(values) - 1)
            lines.append([name, *(f"{values[mark]:,.1f}" for mark in marks), f"{quantile(values, 1.0):,.1f}"])
    return rows(["", "after a quarter", "after half", "at the end", "the most"], lines)


def plot(results: Results) -> str:
    """The SVG: everything over the number of reports."""
    series = {name: values for name, values in results.runs.items() if name != "reports"}
    return svg(results.runs["reports"], series, "reports decided and published")


if __name__ == "__main__":
    main()
