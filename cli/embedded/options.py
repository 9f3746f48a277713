"""How `jembatan up` is asked to run."""

import sys
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from jembatan.topology import TimeMode

Port = Annotated[int, Field(ge=1, le=65535)]


class Options(BaseModel):
    """What to run, where, and how.

    `workers`: processes of each service. `web_ports`: by service, of its first process. `environment`: goes
    over the settings that the supervisor gives to services. `command`: what runs a service, before its name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    services: tuple[str, ...] = ("partners", "vacancies", "matching")
    time: TimeMode = "broker"
    reporters: Path = Path("reporters.toml")
    programmes: Path = Path("programmes")
    session_timeout_ms: Annotated[int, Field(ge=1000)] = 10_000
    workers: Annotated[int, Field(ge=1, le=32)] = 1
    kafka_port: Port | None = None
    postgres_port: Port | None = None
    web_ports: dict[str, Port] = {}
    environment: dict[str, str] = {}
    command: tuple[str, ...] = (sys.executable, "-m", "cli.main", "service")

    def absolute(self) -> "Options":
        """The same, with paths that hold in any working folder."""
        paths = {"reporters": self.reporters.resolve(), "programmes": self.programmes.resolve()}
        return self.model_copy(update=paths)
