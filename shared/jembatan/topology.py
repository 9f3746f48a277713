"""The one description of an installation: its topics, broker settings, database roles.

It is read from `deploy/topology.toml` by the embedded stack, by the commands `topics` and `migrate`, and by
the containers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from jembatan.topology_file import (
    Installation,
    Role,
    RoleKind,
    RoleSettings,
    Service,
    Topic,
    TopicDefaults,
    Topology,
    TopologyError,
    load,
)

__all__ = [
    "Role",
    "TimeMode",
    "Topic",
    "Topology",
    "TopologyError",
    "faust_id",
    "group_id",
    "load",
    "role_name",
    "roles",
    "service_topics",
    "topics",
]

TimeMode = Literal["broker", "simulated"]
LONG_MAX = 2**63 - 1
DAY_MS = 86_400_000
_TOPIC_NAME = re.compile(r"[A-Za-z0-9._-]{1,249}")


def topics(
    topology: Topology, installation: str, time: TimeMode, extra_reports: Sequence[str] = ()
) -> list[Topic]:
    """Every topic that an installation needs, sorted by name.

    `time`: "broker" stamps records on arrival; "simulated" takes any timestamp of the reporter and keeps all.
    `extra_reports`: reporters' own topics, `<service>.reports.<reporter>`; TopologyError names the bad ones.
    """
    _check_extra(topology, extra_reports)
    found = [
        t for s in topology.services for t in _of_service(topology, installation, time, s, extra_reports)
    ]
    return sorted(found, key=lambda topic: topic.name)


def service_topics(
    topology: Topology, installation: str, time: TimeMode, service: str, extra_reports: Sequence[str] = ()
) -> list[Topic]:
    """The topics of one service, sorted by name; arguments and errors as of `topics`."""
    _check_extra(topology, extra_reports)
    found = _of_service(topology, installation, time, topology.service(service), extra_reports)
    return sorted(found, key=lambda topic: topic.name)


def roles(topology: Topology) -> list[Role]:
    """Two roles a service: the owner of its schema, and the one it runs as."""
    database = topology.database
    kinds: tuple[tuple[RoleKind, RoleSettings], ...] = (("owner", database.owner), ("app", database.app))
    return [
        Role(name=role_name(service.name, kind), kind=kind, service=service.name, **chosen.model_dump())
        for service in topology.services
        for kind, chosen in kinds
    ]


def role_name(service: str, kind: RoleKind) -> str:
    """`jembatan_<service>_owner`, or `jembatan_<service>` for the role that the service runs as."""
    return f"jembatan_{service}_owner" if kind == "owner" else f"jembatan_{service}"


def faust_id(service: str) -> str:
    """The Faust app's id, from which Faust derives the names of its own topics."""
    return f"jembatan-{service}"


def group_id(service: str) -> str:
    """The Kafka group among whose members a service's partitions are shared out."""
    return f"jembatan.{service}"


def _check_extra(topology: Topology, names: Sequence[str]) -> None:
    prefixes = tuple(f"{s.name}.reports." for s in topology.services)
    wrong = [n for n in names if not (n.startswith(prefixes) and _TOPIC_NAME.fullmatch(n) and n[-1] != ".")]
    if wrong:
        services = ", ".join(s.name for s in topology.services)
        raise TopologyError(
            f"not a reporter's topic: {', '.join(map(repr, wrong))}; expected <service>.reports.<reporter>, "
            f"at most 249 of [A-Za-z0-9._-], the service one of: {services}"
        )


def _of_service(
    topology: Topology, installation: str, time: TimeMode, service: Service, extra_reports: Sequence[str]
) -> list[Topic]:
    chosen, sizes = topology.installation(installation), topology.topics
    mine = sorted({n for n in extra_reports if n.startswith(f"{service.name}.reports.")})
    days: dict[str, int | None] = {f"{service.name}.facts": None}
    days |= dict.fromkeys((f"{service.name}.reports", *mine), service.reports_days)
    days[f"{service.name}.refusals"] = service.refusals_days
    if service.public:
        days[f"{service.name}.public"] = None
    plain = [_topic(chosen, n, chosen.partitions, _config(sizes, time, n, kept)) for n, kept in days.items()]
    return plain + _faust_topics(chosen, sizes, time, service.name)


def _topic(chosen: Installation, name: str, partitions: int, config: dict[str, str]) -> Topic:
    copies = {"min.insync.replicas": str(chosen.min_insync_replicas)}
    return Topic(name=name, partitions=partitions, replication=chosen.replication, config=config | copies)


def _config(sizes: TopicDefaults, time: TimeMode, name: str, days: int | None) -> dict[str, str]:
    """A topic's own settings.

    In simulated time only reports carry the example's time. Output topics are stamped by the broker always:
    it forgets a producer whose last record is dated long ago, and with it the guard over a lane's places.
    """
    common = {
        "cleanup.policy": "delete",
        "retention.bytes": "-1",
        "max.message.bytes": str(sizes.max_message_bytes),
    }
    if time == "simulated" and ".reports" in name:
        return common | {"message.timestamp.type": "CreateTime", "retention.ms": "-1"} | _any_time()
    stamped = common | {"message.timestamp.type": "LogAppendTime"}
    if days is None or time == "simulated":
        return stamped | {"retention.ms": "-1"}
    return stamped | {"retention.ms": str(days * DAY_MS), "segment.ms": str(sizes.segment_hours * 3_600_000)}


def _any_time() -> dict[str, str]:
    return {"message.timestamp.before.max.ms": str(LONG_MAX), "message.timestamp.after.max.ms": str(LONG_MAX)}


def _faust_topics(chosen: Installation, sizes: TopicDefaults, time: TimeMode, service: str) -> list[Topic]:
    """Faust would create these itself, with settings of its own choice."""
    simulated = time == "simulated"
    kept = "-1" if simulated else str(sizes.changelog_days * DAY_MS)
    changelog = {"cleanup.policy": "compact,delete", "retention.ms": kept} | (
        _any_time() if simulated else {}
    )
    app = faust_id(service)
    return [
        _topic(chosen, f"{app}-__assignor-__leader", 1, {"cleanup.policy": "compact"}),
        _topic(chosen, f"{app}-activity-changelog", chosen.partitions, changelog),
    ]
