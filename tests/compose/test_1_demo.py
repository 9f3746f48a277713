"""The profile `demo` in containers: it plays to its end, is closed in, and goes on after whatever breaks."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from jembatan import topology
from tests.compose.breaking import Installation, killed
from tests.compose.promises import answered, broken
from tests.compose.reference import facts
from tests.compose.site import Context, Project, service_of
from tests.faults.load import Load
from tests.support.rights import Rights, Tried, wrong

Played = tuple[Project, str]
SERVICES = ("partners", "vacancies", "matching")


def test_it_plays_to_its_end_on_a_fresh_clone(demo: Played) -> None:
    project, said = demo
    assert "How it stands" in said
    assert "ID:CA-NB:ISIC4-Q:G2G:1" in said
    project.await_healthy()
    assert {service_of(one) for one in project.containers()} == {
        "kafka",
        "postgres",
        "topics",
        "migrate",
        *SERVICES,
    }


def test_a_service_that_was_started_first_waited_for_the_rest(demo: Played) -> None:
    project, _ = demo
    (one,) = project.containers("matching")
    assert one["RestartCount"] == 0
    assert "matching waits: " in project.compose("logs", "--no-color", "matching")
    assert one["Created"] < project.containers("kafka")[0]["Created"]


def test_its_facts_are_those_of_the_embedded_way(demo: Played, context: Context) -> None:
    project, _ = demo
    found = facts(project.jembatan("facts", "--json").splitlines())
    wanted = facts(context.reference.read_text().splitlines())
    assert len(wanted) > 2000
    assert found.keys() == wanted.keys()
    assert [key for key, fact in found.items() if fact != wanted[key]] == []


def test_it_is_not_played_twice_on_the_same_facts(demo: Played) -> None:
    with pytest.raises(AssertionError, match="An example was played here already"):
        demo[0].compose("run", "--rm", "-T", "demo")


def test_every_container_is_closed_in(demo: Played) -> None:
    for one in demo[0].containers():
        host, name = one["HostConfig"], service_of(one)
        assert host["ReadonlyRootfs"], name
        assert host["CapDrop"] == ["ALL"] and not host["CapAdd"], name
        assert host["SecurityOpt"] == ["no-new-privileges:true"], name
        assert int(one["Config"]["User"].partition(":")[0]) > 0, name
        assert host["Memory"] > 0 and host["PidsLimit"] > 0 and not host["Privileged"], name
        assert not one["NetworkSettings"]["Ports"] or name == "kafka", name


@pytest.mark.parametrize("service", ["kafka", "postgres", *SERVICES])
def test_its_processes_have_no_rights(demo: Played, service: str) -> None:
    project, _ = demo
    seen = project.compose("exec", "-T", service, "sh", "-c", "cat /proc/1/status /proc/self/status; id -u")
    lines = [line.split() for line in seen.splitlines() if line]
    assert {tuple(words[1:]) for words in lines if words[0] in ("CapEff:", "CapPrm:", "CapBnd:")} == {
        ("0" * 16,)
    }
    assert {tuple(words[1:]) for words in lines if words[0] == "NoNewPrivs:"} == {("1",)}
    assert "0" not in {words[1] for words in lines if words[0] == "Uid:"}
    with pytest.raises(AssertionError, match="Read-only file system"):
        project.compose("exec", "-T", service, "sh", "-c", "echo x > /written")


def test_the_image_has_nothing_to_build_with(demo: Played, context: Context) -> None:
    project, _ = demo
    image = json.loads(project.run("docker", "image", "inspect", context.environment["JEMBATAN_IMAGE"]))[0]
    assert image["Config"]["Labels"]["org.opencontainers.image.version"] == "0.1.0"
    assert image["Config"]["Labels"]["org.opencontainers.image.revision"]
    assert image["Config"]["User"] == "10001:10001"
    look = (
        "for p in pip pip3 gcc cc make hatchling uv git curl; do command -v $p; done; python3 -c 'import pip'"
    )
    said = project.compose("exec", "-T", "partners", "sh", "-c", f"({look}) 2>&1 || true")
    assert said.strip().splitlines()[-1] == "ModuleNotFoundError: No module named 'pip'"
    assert "/bin/" not in said


def test_the_matrix_of_rights(demo: Played, context: Context, secrets: Path) -> None:
    project, _ = demo
    mounts = ["-v", f"{context.folder}/tests:/check/tests:ro", "-v", f"{secrets}:/secrets:ro"]
    # As the owner of the secrets: nobody else is let into their folder.
    who = ["--user", str(secrets.stat().st_uid), "-e", "PYTHONPATH=/check", "--entrypoint", "python3"]
    said = project.compose(
        "run", "--rm", "-T", *who, *mounts, "jembatan", "-m", "tests.support.rights",
        "postgresql://postgres/jembatan", "/secrets",
    )  # fmt: skip
    told = json.loads(said[said.index("{") : said.rindex("}") + 1])
    found = Rights([Tried(**cell) for cell in told["cells"]], told["settings"], told["beyond"])
    assert wrong(topology.load(), found) == []


def test_no_secret_is_told(demo: Played, secrets: Path) -> None:
    project, _ = demo
    told = project.compose("logs", "--no-color") + json.dumps(project.containers())
    known = {path.name: path.read_text().strip() for path in secrets.glob("[a-z]*")}
    assert len(known) == 10
    assert [name for name, secret in known.items() if secret in told] == []


def test_matching_is_scaled_to_three(demo: Played) -> None:
    project, _ = demo
    project.compose("up", "-d", "--no-deps", "--no-recreate", "--scale", "matching=3", "matching")
    project.await_healthy("matching")
    whole = Installation(project)
    project.until(lambda: whole.unshared("matching", 3, 12), within=90)


def test_a_service_that_does_not_run_is_missed(demo: Played) -> None:
    project, _ = demo
    project.compose("stop", "vacancies")
    with pytest.raises(AssertionError, match="! vacancies: it has no worker"):
        project.jembatan("status")
    project.compose("start", "vacancies")
    project.jembatan("status", "--wait", "120")


def test_it_goes_on_after_kills(demo: Played) -> None:
    """Under load, workers, Kafka and PostgreSQL are killed; they come back, and every promise holds."""
    project, _ = demo
    with Load(project.kafka, start=1, seed=4, each_second=15) as load:
        time.sleep(2)
        for service in ("matching", "kafka", "partners", "postgres", "vacancies"):
            killed(project, service)
            time.sleep(4)
        project.await_healthy("kafka", "postgres", *SERVICES)
        time.sleep(2)
    assert len(load.reports.acknowledged) > 300
    found = answered(project, load.reports.acknowledged, within=150)
    assert broken(found, load.reports.acknowledged, set(load.sent)) == []
    # Ends with 1 if a lane is halted or a service's tables cannot be read.
    assert "Time is simulated" in project.jembatan("status")
