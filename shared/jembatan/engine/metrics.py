"""What a service measures of itself, for Prometheus."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest


class Metrics:
    """One registry a process, so that two services in one test do not share counters."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        self.decided = Counter(
            "jembatan_decided", "Inputs decided, by what they were or became",
            ["service", "what"], registry=self.registry,
        )  # fmt: skip
        self.alarms = Counter("jembatan_alarms", "Our own faults", ["kind"], registry=self.registry)
        self.lag = Gauge(
            "jembatan_lag_records", "Records not decided yet", ["partition"], registry=self.registry
        )
        self.backlog = Gauge(
            "jembatan_outbox_rows", "Facts decided and not acknowledged", registry=self.registry
        )
        self.oldest = Gauge(
            "jembatan_outbox_oldest_seconds",
            "Age of the oldest fact not acknowledged",
            registry=self.registry,
        )
        self.halted = Gauge("jembatan_lanes_halted", "Lanes that publish nothing", registry=self.registry)
        self.watermark = Gauge(
            "jembatan_watermark_seconds",
            "The service's watermark, seconds since 1970",
            registry=self.registry,
        )
        self.faust_events = Counter(
            "jembatan_faust_events", "Events through Faust's agents", registry=self.registry
        )
        self._service = service

    def count(self, counts: dict[str, int]) -> None:
        for what, number in counts.items():
            self.decided.labels(self._service, what).inc(number)
        if counts.get("failures"):
            self.alarms.labels("internal").inc(counts["failures"])

    def waiting(self, lag: Mapping[int, int]) -> None:
        """Records that wait, by partition of ours; one that another process has now is left to that one."""
        self.lag.clear()
        for partition, number in lag.items():
            self.lag.labels(str(partition)).set(number)

    def text(self) -> bytes:
        """The exposition in Prometheus' text format."""
        return generate_latest(self.registry)
