"""Lanes: none is halted, each speaks to this cluster, each has a producer id of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cli.doctor.finding import Finding
from cli.doctor.kinds import Kind
from cli.doctor.snapshot import Connection, fetched
from jembatan.engine.halts import remedy

READ = "SELECT partition, cluster_id, producer_id, halted FROM lane ORDER BY partition"


def compare(service: str, rows: Sequence[Mapping[str, Any]], cluster: str) -> Iterator[Finding]:
    """The rows of `lane` against the cluster that was asked."""
    owners: dict[int, int] = {}
    for row in rows:
        where = f"lane {row['partition']}"
        if row["halted"]:
            yield Finding(Kind.HALTED, service, where, f"{row['halted']}. {remedy(row['halted'])}")
        if row["cluster_id"] not in (None, cluster):
            what = f"it was published to {row['cluster_id']}, this is {cluster}"
            yield Finding(Kind.OTHER_CLUSTER, service, where, what)
        if row["producer_id"] is not None:
            first = owners.setdefault(row["producer_id"], row["partition"])
            if first != row["partition"]:
                what = f"lane {first} has producer id {row['producer_id']} too"
                yield Finding(Kind.SHARED_PRODUCER, service, where, what)


async def check(connection: Connection, service: str, cluster: str) -> list[Finding]:
    """The lanes of a service."""
    return list(compare(service, await fetched(connection, READ), cluster))
