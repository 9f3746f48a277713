"""What was wanted against what was measured, and what limits the engine, in words made of the figures."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from benchmarks.harness.results import Results
from benchmarks.report import ratios, rows, spread

There = Mapping[str, Results]
SATURATED = 0.85


@dataclass(frozen=True, slots=True)
class Target:
    """Figure `name` of a benchmark by figure `by`: at least `wanted`, or at most if `most`."""

    what: str
    benchmark: str
    name: str
    by: str
    wanted: float
    most: bool = False

    def line(self, there: There) -> list[str]:
        """Its row; a figure that was not measured says so."""
        sign = "≤" if self.most else "≥"
        told = f"{sign} {self.wanted:g}"
        found = there.get(self.benchmark)
        if found is None or not {self.name, self.by} <= found.runs.keys():
            return [self.what, told, "not measured", ""]
        values = ratios(found.runs[self.name], found.runs[self.by])
        met = median(values) <= self.wanted if self.most else median(values) >= self.wanted
        return [self.what, told, spread(values, ".2f"), "yes" if met else "**no**"]


TARGETS = (
    Target("report → fact by straight COPY", "throughput", "ours", "copy", 0.25),
    Target("report → fact by Faust, a transaction an event", "throughput", "ours", "faust", 30),
    Target("report → fact by Faust, `take(500)`", "throughput", "ours", "faust500", 3),
    Target("report → fact by FastStream, batches", "throughput", "ours", "faststream", 1.5),
    Target("latency, p99 by the limit", "latency", "ours p99", "limit", 3, most=True),
    Target("latency, p99 by Faust's", "latency", "ours p99", "faust p99", 0.5, most=True),
    Target("chain, rate by Faust's", "chain", "ours rate", "faust rate", 10),
    Target("chain, p99 at 70 % by Faust's", "chain", "ours p99", "faust p99", 0.5, most=True),
    Target("decode by pydantic event by event", "decoding", "ours 0%", "contract 0%", 0.75, most=True),
    Target("decode, 5 % bad by none bad", "decoding", "ours 5%", "ours 0%", 1.25, most=True),
    Target("fold by Quix Streams", "fold", "ours", "quix", 1),
    Target("fold by Faust's table", "fold", "ours", "faust", 10),
    Target("2 workers by 1", "scaling", "2 workers, own keys", "1 worker, own keys", 1),
    Target("4 workers by 1", "scaling", "4 workers, own keys", "1 worker, own keys", 1),
    Target("foreign keys by own, 1 worker", "scaling", "1 worker, foreign keys", "1 worker, own keys", 0.7),
    Target(
        "foreign keys by own, 2 workers", "scaling", "2 workers, foreign keys", "2 workers, own keys", 0.7
    ),
    Target(
        "foreign keys by own, 4 workers", "scaling", "4 workers, foreign keys", "4 workers, own keys", 0.7
    ),
    Target(
        "seconds of others beside a hot subject, in other lanes, by without it",
        "scaling",
        "seconds with it, others in other lanes",
        "seconds without it, others in other lanes",
        2,
        most=True,
    ),
)


def targets(there: There) -> str:
    """A row a target."""
    return rows(["ratio", "wanted", "measured", "met"], [one.line(there) for one in TARGETS])


PARTS = {"the service": "itself", "PostgreSQL": "postgres", "Kafka": "kafka", "strangers": "strangers"}


def limits(there: There) -> str:
    """Where the time of a fact goes in the engine's run of report → fact."""
    found = there.get("throughput")
    if found is None or "ours itself" not in found.runs:
        return ""
    whole = median([1e6 / rate for rate in found.runs["ours"]])
    used = {name: median(found.runs[f"ours {key}"]) * 1e6 / whole for name, key in PARTS.items()}
    shares = ", ".join(f"{name} {share:.2f}" for name, share in used.items())
    return (
        f"In Jembatan's runs a fact takes {whole:,.0f} µs at the median. Processors at work meanwhile, of "
        f"{os.cpu_count()}: {shares} (*strangers*: all other programs). {_limit(used)}"
    )


def _limit(used: Mapping[str, float]) -> str:
    free = (os.cpu_count() or 1) - sum(used.values())
    if used["the service"] > SATURATED:
        return "What limits it is the one thread of the service."
    if free < 1 - SATURATED:
        return "What limits it is the machine, whose processors are all busy."
    return (
        f"What limits it is waiting, for the disk, the locks and each other: {free:.2f} processors stay idle."
    )
