"""The one description of an installation: its topics, broker settings, database roles.

It is read from `deploy/topology.toml` by the embedded stack, by the commands `topics` and `migrate`, and by
the containers.
"""

import os
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

TimeMode = Literal["broker", "simulated"]
LONG_MAX = 2**63 - 1
DAY_MS = 86_400_000
_TOPIC_NAME = re.compile(r"[A-Za-z0-9._-]{1,249}")
_DEFAULT = Path(__file__).resolve().parents[2] / "deploy" / "topology.toml"


class TopologyError(ValueError):
    """The description cannot be read, or asks for something impossible; the message names every fault."""


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Topic(Frozen):
    """One topic as it has to be on the broker; `config` holds the topic's own settings, as Kafka spells them."""

    name: str
    partitions: int
    replication: int
    config: dict[str, str]


class Role(Frozen):
    """One database role. An owner migrates the schema; an app role only reads and writes its rows."""

    name: str
    kind: Literal["owner", "app"]
    service: str
    connection_limit: int
    settings: dict[str, str]


class Installation(Frozen):
    """What differs between ways to run: numbers, and the broker settings that go with them."""

    partitions: Annotated[int, Field(ge=1, le=1024)]
    replication: Annotated[int, Field(ge=1, le=9)]
    min_insync_replicas: Annotated[int, Field(ge=1, le=9)]
    broker: dict[str, str] = {}

    @model_validator(mode="after")
    def _enough_replicas(self) -> "Installation":
        if self.min_insync_replicas > self.replication:
            raise ValueError("min_insync_replicas is above replication: no record could ever be written")
        return self


class Service(Frozen):
    """A service's topics; days are retention of what may hold personal data or is only a message."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
    reports_days: Annotated[int, Field(ge=1)]
    refusals_days: Annotated[int, Field(ge=1)]
    public: bool = False


class TopicDefaults(Frozen):
    max_message_bytes: Annotated[int, Field(ge=1024)]
    segment_hours: Annotated[int, Field(ge=1)]
    changelog_days: Annotated[int, Field(ge=1)]


class RoleSettings(Frozen):
    connection_limit: Annotated[int, Field(ge=1)]
    settings: dict[str, str]


class Database(Frozen):
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
    app: RoleSettings
    owner: RoleSettings


class Topology(Frozen):
    """The whole description, as in the file."""

    installations: dict[str, Installation]
    services: tuple[Service, ...]
    topics: TopicDefaults
    broker: dict[str, str]
    database: Database

    def installation(self, name: str) -> Installation:
        """The installation of that name; TopologyError names those there are."""
        if name not in self.installations:
            known = ", ".join(sorted(self.installations))
            raise TopologyError(f"no installation {name!r} in the topology; there are: {known}")
        return self.installations[name]

    def service(self, name: str) -> Service:
        """The service of that name; TopologyError names those there are."""
        for service in self.services:
            if service.name == name:
                return service
        raise TopologyError(f"no service {name!r}; there are: {', '.join(s.name for s in self.services)}")

    def broker_settings(self, name: str) -> dict[str, str]:
        """Kafka broker settings of an installation, without addresses, listeners and folders."""
        chosen = self.installation(name)
        copies = str(chosen.replication)
        internal = {
            "offsets.topic.replication.factor": copies,
            "transaction.state.log.replication.factor": copies,
            "share.coordinator.state.topic.replication.factor": copies,
            "default.replication.factor": copies,
            "num.partitions": str(chosen.partitions),
            "min.insync.replicas": str(chosen.min_insync_replicas),
            "transaction.state.log.min.isr": str(chosen.min_insync_replicas),
            "share.coordinator.state.topic.min.isr": str(chosen.min_insync_replicas),
        }
        return internal | self.broker | chosen.broker


def load(path: Path | None = None) -> Topology:
    """Reads the description from `path`, else from JEMBATAN_TOPOLOGY, else from the checkout's `deploy/`.

    Raises TopologyError, with every fault of the file.
    """
    place = path or Path(os.environ.get("JEMBATAN_TOPOLOGY", _DEFAULT))
    try:
        return Topology.model_validate(tomllib.loads(place.read_text("utf-8")))
    except OSError as error:
        raise TopologyError(f"cannot read the topology {place}: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise TopologyError(f"{place} is not TOML: {error}") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in error.errors())
        raise TopologyError(f"{place} has faults: {faults}") from error


def topics(
    topology: Topology, installation: str, time: TimeMode, extra_reports: Sequence[str] = ()
) -> list[Topic]:
    """Every topic that an installation needs, sorted by name.

    `time`: "broker" stamps records on arrival; "simulated" takes the reporter's timestamps, any, and keeps all.
    `extra_reports`: reporters' own topics, `<service>.reports.<reporter>`. TopologyError names every bad one.
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
    return [
        Role(
            name=role_name(service.name, kind),
            kind=kind,
            service=service.name,
            connection_limit=chosen.connection_limit,
            settings=chosen.settings,
        )
        for service in topology.services
        for kind, chosen in (("owner", database.owner), ("app", database.app))
    ]


def role_name(service: str, kind: Literal["owner", "app"]) -> str:
    """`jembatan_<service>_owner`, or `jembatan_<service>` for the role that the service runs as."""
    return f"jembatan_{service}_owner" if kind == "owner" else f"jembatan_{service}"


def faust_id(service: str) -> str:
    """The Faust app's id, from which Faust derives the names of its own topics."""
    return f"jembatan-{service}"


def _check_extra(topology: Topology, names: Sequence[str]) -> None:
    prefixes = tuple(f"{s.name}.reports." for s in topology.services)
    wrong = [n for n in names if not (n.startswith(prefixes) and _TOPIC_NAME.fullmatch(n) and n[-1] != ".")]
    if wrong:
        raise TopologyError(
            f"not a reporter's topic: {', '.join(map(repr, wrong))}; expected <service>.reports.<reporter> "
            f"in at most 249 of [A-Za-z0-9._-], for a service of: {', '.join(s.name for s in topology.services)}"
        )


def _of_service(
    topology: Topology, installation: str, time: TimeMode, service: Service, extra_reports: Sequence[str]
) -> list[Topic]:
    chosen, sizes = topology.installation(installation), topology.topics
    mine = sorted({n for n in extra_reports if n.startswith(f"{service.name}.reports.")})
    days: dict[str, int | None] = {f"{service.name}.facts": None}
    days |= {name: service.reports_days for name in (f"{service.name}.reports", *mine)}
    days[f"{service.name}.refusals"] = service.refusals_days
    if service.public:
        days[f"{service.name}.public"] = None
    plain = [_topic(chosen, n, chosen.partitions, _config(sizes, time, kept)) for n, kept in days.items()]
    return plain + _faust_topics(chosen, sizes, time, service.name)


def _topic(chosen: Installation, name: str, partitions: int, config: dict[str, str]) -> Topic:
    copies = {"min.insync.replicas": str(chosen.min_insync_replicas)}
    return Topic(name=name, partitions=partitions, replication=chosen.replication, config=config | copies)


def _config(sizes: TopicDefaults, time: TimeMode, days: int | None) -> dict[str, str]:
    common = {
        "cleanup.policy": "delete",
        "retention.bytes": "-1",
        "max.message.bytes": str(sizes.max_message_bytes),
    }
    if time == "simulated":
        return common | {"message.timestamp.type": "CreateTime", "retention.ms": "-1"} | _any_time()
    stamped = common | {"message.timestamp.type": "LogAppendTime"}
    if days is None:
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
