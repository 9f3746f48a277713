"""What the README says works: its operator's commands, its reporter, its subscriber, as they stand there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.platform import ROOT

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(400)]
README = (ROOT / "README.md").read_text()
WITHIN = 60.0


def snippet(heading: str, language: str) -> str:
    """The first code block of a language under a heading."""
    section = README.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    found = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert found, f"the README has no {language} under {heading}"
    return found[1]


def operator() -> list[str]:
    return [line for line in snippet("For operators", "sh").splitlines() if line]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder like a fresh clone, with the platform up by the README's own first command."""
    folder = tmp_path_factory.mktemp("readme")
    for name in ("examples", "programmes"):
        (folder / name).symlink_to(ROOT / name)
    try:
        done = shell(operator()[0], folder)
        assert done.returncode == 0, done.stdout + done.stderr
        yield folder
    finally:
        shell("jembatan down", folder)


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command, shell=True, cwd=folder, env={**os.environ, "PATH": path}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip


def test_reporter_and_subscriber(place: Path) -> None:
    (place / "reporter.py").write_text(snippet("For reporters", "python"))
    (place / "subscriber.py").write_text(snippet("For subscribers", "python"))
    done = shell("python reporter.py", place)
    assert done.returncode == 0, done.stderr
    output = place / "subscriber.out"
    with output.open("w") as sink:
        running = subprocess.Popen([sys.executable, "subscriber.py"], cwd=place, stdout=sink, stderr=sink)
        try:
            wanted = "org.jembatan.fact.vacancy.pending.v1 nb-homes-aide-7 pending"
            deadline = time.monotonic() + WITHIN
            while wanted not in output.read_text() and time.monotonic() < deadline:
                assert running.poll() is None, output.read_text()
                time.sleep(0.2)
            assert wanted in output.read_text()
        finally:
            running.terminate()
            running.wait(10)


def test_operator_commands(place: Path) -> None:
    up, *looking, down = operator()
    assert up.startswith("jembatan up --detach")
    for command in looking:
        done = shell(command, place)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    assert shell(down, place).returncode == 0
    assert not (place / ".jembatan" / "runtime.json").exists()


def test_first_screen_names_purpose_readers_and_the_two_commands() -> None:
    screen = "\n".join(README.splitlines()[:20])
    for wanted in ("labour migration", "reporters", "operators", "subscribers", "make demo", "make test"):
        assert wanted in screen
