"""The file `deploy/topology.toml`: its model, and how it is read."""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

RoleKind = Literal["owner", "app"]
_DEFAULT = Path(__file__).resolve().parents[2] / "deploy" / "topology.toml"


class TopologyError(ValueError):
    """The description cannot be read, or asks for something impossible; the message names every fault."""


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Topic(Frozen):
    """One topic as it has to be on the broker; `config` holds its own settings, as Kafka spells them."""

    name: str
    partitions: int
    replication: int
    config: dict[str, str]


class Role(Frozen):
    """One database role. An owner migrates the schema; an app role only reads and writes its rows."""

    name: str
    kind: RoleKind
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
    """The platform's database; `server` holds PostgreSQL's own settings but for its addresses."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
    server: dict[str, str]
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
