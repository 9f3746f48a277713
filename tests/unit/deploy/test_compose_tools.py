"""The tools of `make compose-test` that decide: where Debian is, whether a container is well."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from tests.compose import __main__ as program
from tests.compose.base import mirror
from tests.compose.engine import NoEngine
from tests.compose.page import blocks, example
from tests.compose.reference import facts
from tests.compose.site import complaint

ONE_LINE = """
# deb http://old.example/debian bookworm main
deb [signed-by=/k.gpg] https://tools.example/apt stable main
deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian/ bookworm main contrib
"""
STANZAS = """
Types: deb
URIs: http://other.example/debian-security
Suites: bookworm-security

Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
"""


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ([ONE_LINE], "http://mirror.example/debian/"),
        (["", STANZAS], "http://mirror.example/debian"),
        (["deb https://tools.example/apt stable main"], None),
        ([], None),
    ],
)
def test_the_base_comes_from_where_this_machine_has_its_packages(texts: list[str], found: str | None) -> None:
    assert mirror(texts) == found


def container(policy: str, status: str, code: int = 0, health: str | None = None) -> dict[str, Any]:
    state: dict[str, Any] = {"Status": status, "ExitCode": code}
    if health:
        state["Health"] = {"Status": health}
    return {"Name": "one", "State": state, "HostConfig": {"RestartPolicy": {"Name": policy}}}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (container("no", "exited"), None),
        (container("no", "exited", 1), "one is exited (1)"),
        (container("no", "running"), "one is running (0)"),
        (container("unless-stopped", "running", health="healthy"), None),
        (container("unless-stopped", "running", health="starting"), "one is running, starting"),
        (container("unless-stopped", "running"), "one is running, without a check"),
        (container("unless-stopped", "restarting", 1, "unhealthy"), "one is restarting, unhealthy"),
    ],
)
def test_a_container_is_well_or_it_is_said_why_not(found: dict[str, Any], said: str | None) -> None:
    assert complaint(found) == said


def test_every_block_of_the_operations_page_is_a_command() -> None:
    assert len(blocks()) > 15
    assert [block.heading for block in blocks() if block.registry] == ["Look at it"]
    play, remove = example()
    assert play.endswith("run --rm demo") and remove.endswith("down --volumes")


def test_facts_are_compared_by_meaning_not_by_place() -> None:
    envelope = '{"type": "t", "subject": "s", "sequence": "1", "causetopic": "a.reports", '
    fact = envelope + '"id": "%s", %s"data": {"n": %d}}'
    cause = '"causationid": "r1", "causepartition": %d, '
    one, elsewhere = fact % ("x", cause % 1, 1), fact % ("y", cause % 7, 1)
    assert facts([one]) == facts(["noise", elsewhere])
    assert facts([one]) != facts([fact % ("x", cause % 1, 2)])
    assert facts([one]) != facts([one.replace("r1", "r2")])


@pytest.mark.parametrize(("ci", "code"), [(None, 0), ("false", 0), ("true", 1)])
def test_without_an_engine_it_says_so_and_fails_only_in_ci(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ci: str | None, code: int
) -> None:
    def none(*_: object) -> int:
        raise NoEngine("dockerd does not run here")

    monkeypatch.delenv("CI", raising=False)
    if ci is not None:
        monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(program, "_in", none)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    assert program.main([]) == code
    assert "NOT tested: dockerd does not run here" in capsys.readouterr().err
