"""`jembatan server-config`: the servers' own configuration files for containers, made of the topology."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import cli
from jembatan import topology
from jembatan.topology import Topology

DEPLOY = Path(cli.__file__).resolve().parents[1] / "deploy"
INSTALLATION = "compose"
HEAD = "# Made of topology.toml by `jembatan server-config --write`.\n"
CONTROLLER = 9093
DATA = "/var/lib/kafka/data"
# Listeners and what they are called outside stand in docker-compose.yml.
KAFKA_PLACES = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": f"1@localhost:{CONTROLLER}",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "INTERNAL",
    "listener.security.protocol.map": "INTERNAL:PLAINTEXT,EXTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "log.dirs": DATA,
}
POSTGRES_PLACES = {"listen_addresses": "*"}


def files(plan: Topology) -> dict[str, str]:
    """Each file's text by its path below `deploy/`."""
    kafka = plan.broker_settings(INSTALLATION) | KAFKA_PLACES
    postgres = plan.database.server | POSTGRES_PLACES
    return {
        "kafka/server.properties": HEAD + _lines(kafka, "{}={}\n"),
        "postgres/postgresql.conf": HEAD + _lines(postgres, "{} = '{}'\n"),
    }


def _lines(settings: Mapping[str, str], form: str) -> str:
    return "".join(form.format(key, value) for key, value in sorted(settings.items()))


def differing(deploy: Path = DEPLOY) -> dict[str, str]:
    """The files whose text is another one, or that are missing, with the text that they should have."""
    wanted = files(topology.load())
    return {name: text for name, text in wanted.items() if not _is(deploy / name, text)}


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text("utf-8") == text


def write(deploy: Path = DEPLOY) -> list[str]:
    """Writes the files that differ; gives their names."""
    changed = differing(deploy)
    for name, text in changed.items():
        (deploy / name).parent.mkdir(parents=True, exist_ok=True)
        (deploy / name).write_text(text, "utf-8")
    return sorted(changed)
