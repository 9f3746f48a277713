"""`up` and `down`: what they start, keep running, write down and leave behind."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from cli.embedded import EmbeddedError, processes
from cli.embedded.supervisor import Options, Runtime, down, read_runtime, up

pytestmark = pytest.mark.kafka

# Stands for a service: the real ones are not what is tested here.
_SERVICE = """
import os, sys, http.server
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        names = ("KAFKA", "POSTGRES", "TIME", "PARTITIONS", "SECRET", "SESSION_TIMEOUT_MS", "REPORTERS")
        self.wfile.write("|".join([sys.argv[1], *(os.environ["JEMBATAN_" + n] for n in names)]).encode())
http.server.HTTPServer(("127.0.0.1", int(os.environ["JEMBATAN_WEB_PORT"])), Page).serve_forever()
"""


@pytest.fixture
def options(tmp_path: Path) -> Options:
    script, reporters = tmp_path / "service.py", tmp_path / "reporters.toml"
    script.write_text(_SERVICE)
    reporters.write_text("")
    return Options(
        command=(sys.executable, str(script)), reporters=reporters, workers=2, services=("partners",)
    )


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "data"
    yield place
    down(place, say=lambda _: None)


def until(found: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def running(folder: Path) -> Runtime:
    found = read_runtime(folder)
    assert found is not None
    return found


def alive(pid: int) -> bool:
    try:
        return not processes.has_ended(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return False


def pids(found: Runtime) -> set[int]:
    return {pid for several in found.processes.values() for pid in several}


def test_up_keeps_everything_running_until_down(folder: Path, options: Options) -> None:
    said: list[str] = []
    up(folder, options, detach=True, say=said.append)
    first = running(folder)
    assert said[-1].startswith("Ready: ")
    assert {name: len(found) for name, found in first.processes.items()} == {
        "kafka": 1,
        "postgres": 1,
        "partners": 2,
    }
    assert stat.S_IMODE((folder / "runtime.json").stat().st_mode) == 0o600
    assert set(json.loads((folder / "runtime.json").read_text())) >= {
        "kafka",
        "postgres",
        "processes",
        "urls",
    }
    with urllib.request.urlopen(first.urls["partners"]) as answer:
        name, kafka, dsn, mode, partitions, secret, session, _ = answer.read().decode().split("|")
    assert (name, kafka, mode, partitions, session) == ("partners", first.kafka, "broker", "4", "10000")
    assert dsn.startswith("postgresql://jembatan_partners:")
    assert len(bytes.fromhex(secret)) == 32

    with pytest.raises(EmbeddedError, match=rf"already running in .*process {first.supervisor}"):
        up(folder, options, detach=True, say=said.append)

    for name in ("partners", "kafka", "postgres"):
        victim = first.processes[name][0]
        os.kill(victim, signal.SIGKILL)
        until(lambda name=name, victim=victim: _replaced(folder, name, victim, len(first.processes[name])))  # type: ignore[misc]
    now = running(folder)
    assert (now.kafka, now.postgres, now.urls) == (first.kafka, first.postgres, first.urls)
    log = (folder / "logs" / "supervisor.out").read_text()
    for words in ("partners ended (signal 9)", "kafka ended", "postgres ended", "kafka started again"):
        assert words in log

    assert down(folder, say=said.append)
    assert not any(alive(pid) for pid in pids(now) | {now.supervisor})
    assert read_runtime(folder) is None
    assert not (folder / "runtime.json").exists()
    assert not down(folder, say=said.append), "there is nothing left to end"


def _replaced(folder: Path, name: str, victim: int, count: int) -> bool:
    found = read_runtime(folder)
    several = found.processes.get(name, []) if found else []
    return victim not in several and len(several) == count


def test_up_after_everything_was_killed(folder: Path, options: Options) -> None:
    up(folder, options, detach=True, say=lambda _: None)
    first = running(folder)
    for pid in (first.supervisor, *pids(first)):
        os.kill(pid, signal.SIGKILL)
    until(lambda: read_runtime(folder) is None)
    up(folder, options, detach=True, say=lambda _: None)
    second = running(folder)
    assert pids(second).isdisjoint(pids(first))
    assert second.kafka == first.kafka


def test_up_ends_what_a_killed_supervisor_left_but_no_stranger(folder: Path, options: Options) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    orphan = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        records = folder / "pids"
        records.mkdir(parents=True)
        started = psutil.Process(orphan.pid).create_time()
        program = [sys.executable]
        for name, pid, when in (("partners", stranger.pid, 1.0), ("vacancies", orphan.pid, started)):
            (records / f"{name}.json").write_text(
                json.dumps({"pid": pid, "started": when, "program": program})
            )
        up(folder, options, detach=True, say=lambda _: None)
        assert orphan.wait(10) == -signal.SIGTERM
        assert stranger.poll() is None, "its pid was in an old record, but it is another process"
    finally:
        stranger.kill()
        orphan.kill()
        stranger.wait()
        orphan.wait()


def test_a_service_that_cannot_start_stops_up_with_its_own_words(folder: Path, options: Options) -> None:
    broken = options.model_copy(
        update={"command": (sys.executable, "-c", "raise SystemExit('{}\\nno such table\\nmigrate first')")}
    )
    with pytest.raises(EmbeddedError, match="partners cannot start: no such table migrate first"):
        up(folder, broken, detach=True, say=lambda _: None)
    assert read_runtime(folder) is None
    assert not list((folder / "pids").glob("*.json")), "nothing may be left running"


_FOREGROUND = """
import sys
from pathlib import Path
from cli.embedded.supervisor import Options, up
up(Path(sys.argv[1]), Options.model_validate_json(sys.argv[2]), say=lambda text: print(text, flush=True))
"""


def test_ctrl_c_ends_up_and_all_its_children(folder: Path, options: Options) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", _FOREGROUND, str(folder), options.model_dump_json()],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    with child, child.stdout as lines:
        assert any(line.startswith("Ready") for line in lines)
        found = running(folder)
        assert found.supervisor == child.pid
        child.send_signal(signal.SIGINT)
        assert child.wait(60) == 0
    assert not any(alive(pid) for pid in pids(found))
