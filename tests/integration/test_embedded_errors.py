"""Each thing that stops the embedded stack gets one clear sentence, and leaves nothing running."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.embedded import (
    EmbeddedError,
    EmbeddedStack,
    accounts,
    errors,
    initdb,
    jars,
    kafka,
    logs,
    ports,
    processes,
)
from cli.embedded.supervisor import Options, up
from cli.embedded.vault import Vault
from cli.embedded.workers import Backoff, delay
from jembatan import topology

_START = """
import sys
from pathlib import Path
from cli.embedded import EmbeddedError, EmbeddedStack
try:
    EmbeddedStack(Path(sys.argv[1])).start()
except EmbeddedError as error:
    print(error)
    sys.exit(1)
"""


def start(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _START, str(folder)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def is_one_sentence(text: str) -> bool:
    return len(text.strip().splitlines()) == 1 and "Traceback" not in text


def test_without_network_and_without_jars(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{silent.getsockname()[1]}"
        done = start(
            tmp_path / "data", JGO_CACHE_DIR=str(tmp_path / "cache"), JEMBATAN_MAVEN_REPOSITORY=nowhere
        )
    assert done.returncode == 1, done.stderr
    assert "could not be fetched: no network" in done.stdout
    assert is_one_sentence(done.stdout)


@pytest.mark.kafka
def test_with_jars_no_network_is_needed(tmp_path: Path) -> None:
    jars.classpath(lambda _: None)
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JEMBATAN_MAVEN_REPOSITORY", "http://127.0.0.1:1")
        assert len(jars.classpath(said.append)) == len(jars.pinned(jars.PINS.read_text()))
    assert said == []


def repository(root: Path, jar: jars.Jar, content: bytes) -> None:
    place = root / jar.path
    place.parent.mkdir(parents=True)
    place.write_bytes(content)


def test_a_jar_that_is_not_the_pinned_one_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = b"as pinned"
    pins = tmp_path / "pins"
    pins.write_text(f"# a comment\n{hashlib.sha256(good).hexdigest()}  org.example:thing:1.0\n")
    monkeypatch.setattr(jars, "PINS", pins)
    (jar,) = jars.pinned(pins.read_text())
    repository(tmp_path / "cache", jar, b"cut o")
    with served(tmp_path / "served") as (root, address):
        monkeypatch.setenv("JEMBATAN_MAVEN_REPOSITORY", address)
        repository(root, jar, b"as altered by someone")
        with pytest.raises(EmbeddedError, match=r"thing-1.0.jar is not the file that was pinned"):
            jars.classpath(lambda _: None, tmp_path / "cache")
        assert not (tmp_path / "cache" / jar.path).exists()
        (root / jar.path).write_bytes(good)
        said: list[str] = []
        assert jars.classpath(said.append, tmp_path / "cache") == [tmp_path / "cache" / jar.path]
        assert said == ["Fetching Apache Kafka (1 jars, once for this user) …"]


@contextlib.contextmanager
def served(root: Path) -> Iterator[tuple[Path, str]]:
    root.mkdir()
    port = ports.choose(root.parent, "repository")
    server = subprocess.Popen(
        [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(root)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
        yield root, f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    place = tmp_path / "data"
    place.write_text("mine")
    for folder in (place, place / "below"):
        with pytest.raises(EmbeddedError, match="is in the way: it is not a folder"):
            EmbeddedStack(folder).start()
    assert place.read_text() == "mine"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "is full; make room"),
        (errno.EACCES, "cannot be written"),
        (errno.EROFS, "cannot be written"),
        (errno.EIO, "cannot be used"),
    ],
)
def test_what_the_system_says_becomes_a_sentence(number: int, words: str, tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match=words) as caught, errors.speaking(tmp_path):
        raise OSError(number, os.strerror(number))
    assert str(tmp_path) in str(caught.value)
    assert is_one_sentence(str(caught.value))


def test_an_unwritable_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    if os.geteuid() == 0:
        # Root may write anywhere: the refusal is the system's, so it is played.
        def refuse(*_: object, **__: object) -> int:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

        monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(EmbeddedError, match="cannot be written"):
        EmbeddedStack(closed).start()


def test_too_little_room(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match=r"is full: \d+ MiB are free and \d+ MiB are needed"):
        errors.prepare(tmp_path, needed=2**62)


def test_a_disk_that_fills_up_while_postgres_makes_its_data(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    programs = accounts.programs(accounts.account())
    if not mounted(small, megabytes=8):
        # Without the right to mount a small disk, a program that says what initdb says on a full one.
        programs = tmp_path / "programs"
        (programs / "bin").mkdir(parents=True)
        (programs / "bin" / "initdb").write_text("#!/bin/sh\necho 'No space left on device' >&2; exit 1\n")
        (programs / "bin" / "initdb").chmod(0o755)
    try:
        with pytest.raises(EmbeddedError, match=r"is full; make room"):
            initdb.make(
                small / "pg", programs, "x", None if programs.parent == tmp_path else accounts.account()
            )
        assert not (small / "pg").exists(), "half a database must not be taken for one"
    finally:
        subprocess.run(["umount", str(small)], check=False, capture_output=True)


def mounted(folder: Path, megabytes: int) -> bool:
    size = f"size={megabytes}m"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=False, capture_output=True
    )
    return done.returncode == 0


def test_programs_in_a_closed_folder_are_copied_for_another_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "is_open", lambda _: False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    original = accounts.installed()
    before = stat.S_IMODE(original.stat().st_mode)
    assert accounts.programs(None) == original
    for _ in range(2):
        found = accounts.programs(processes.Account(65534, 65534))
        assert found.is_relative_to(tmp_path)
        told = subprocess.run(
            [found / "bin" / "initdb", "--version"], capture_output=True, text=True, check=True
        )
        assert "PostgreSQL) 18." in told.stdout
    place = next(path for path in found.parents if path.parent == tmp_path)
    assert {stat.S_IMODE(p.stat().st_mode) for p in place.rglob("*") if not p.is_symlink()} == {0o755, 0o644}
    assert stat.S_IMODE(original.stat().st_mode) == before, "the original's rights are not ours to change"
    place.chmod(0o777)
    with pytest.raises(EmbeddedError, match="is in the way"):
        accounts.programs(processes.Account(65534, 65534))


def test_a_closed_folder_anywhere_above_is_noticed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    programs = home / "venv" / "pginstall"
    (programs / "bin").mkdir(parents=True)
    (programs / "bin" / "postgres").touch(0o755)
    home.chmod(0o700)
    assert not accounts.is_open(programs)


@pytest.mark.kafka
@pytest.mark.parametrize("name", ["kafka", "postgres"])
def test_a_port_that_was_asked_for_is_taken(tmp_path: Path, name: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        stack = EmbeddedStack(
            tmp_path,
            kafka_port=port if name == "kafka" else None,
            postgres_port=port if name == "postgres" else None,
        )
        with pytest.raises(EmbeddedError, match=f"Port {port}, asked for {name}, is taken"):
            stack.start()
    assert not list((tmp_path / "pids").glob("*")), "what was started before must be ended"


def test_a_port_is_kept_while_it_is_free(tmp_path: Path) -> None:
    first = ports.choose(tmp_path, "web")
    assert ports.choose(tmp_path, "web") == first
    assert ports.choose(tmp_path, "other") != first
    with socket.socket() as other:
        other.bind(("127.0.0.1", first))
        other.listen()
        assert ports.choose(tmp_path, "web") != first
    (tmp_path / "ports.json").write_text("{")
    assert ports.is_free(ports.choose(tmp_path, "web"))


def test_an_old_python() -> None:
    errors.check_python((3, 11))
    with pytest.raises(EmbeddedError, match=r"needs Python 3.11 or newer, this is 3.10"):
        errors.check_python((3, 10))


def test_an_installation_without_servers_says_what_to_do() -> None:
    errors.check_packages()
    with pytest.raises(EmbeddedError, match=r"no pathlib_none, jgo_none\): run `make setup`"):
        errors.check_packages(("pathlib", "pathlib_none", "jgo_none"))


def test_reporters_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match="reporters"):
        up(tmp_path / "data", Options(reporters=tmp_path / "reporters.toml"), say=lambda _: None)


def test_secrets_are_kept_and_a_broken_file_is_told(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    assert vault.secret("matching") == Vault(tmp_path).secret("matching")
    assert vault.secret("matching") != vault.secret("partners")
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    (tmp_path / "secrets.json").write_text("{")
    with pytest.raises(EmbeddedError, match="cannot be read"):
        vault.password("postgres")


def test_last_words_of_a_server(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    assert "is full" in logs.why("java.io.IOException: No space left on device", tmp_path, 1, log)
    assert "port 7 was taken" in logs.why("Address already in use", tmp_path, 7, log)
    assert "(second)" in logs.why("first\nsecond\n", tmp_path, 7, log)
    assert "(empty)" in logs.why("", tmp_path, 7, log)


def test_a_long_log_is_put_aside(tmp_path: Path) -> None:
    log = tmp_path / "x.out"
    log.write_bytes(b"0123456789")
    logs.rotate(log, 10)
    assert log.exists()
    logs.rotate(log, 9)
    assert not log.exists()
    assert logs.tail(tmp_path / "x.out.1", 4) == "6789"
    assert logs.tail(log) == ""


def test_a_restart_waits_longer_each_time_and_forgets_after_a_minute() -> None:
    assert [delay(n) for n in range(1, 9)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    backoff = Backoff()
    backoff.start(0)
    assert [backoff.end(1), backoff.end(2)] == [0.5, 1.0]
    assert not backoff.is_due(2.9)
    assert backoff.is_due(3)
    backoff.start(3)
    assert not backoff.is_due(99), "it runs"
    assert backoff.end(63) == 0.5


def test_a_cluster_id_never_looks_like_an_option() -> None:
    found = [kafka.cluster_id(hashlib.sha256(str(n).encode()).digest()[:16]) for n in range(2000)]
    assert len(set(found)) == 2000
    assert all(len(identity) == 22 and not identity.startswith("-") for identity in found)
    assert kafka.cluster_id(b"\xfb" + bytes(15)).startswith("_")


def test_addresses_and_folders_win_over_the_topologys_settings() -> None:
    text = kafka.properties(
        1, 2, "data", {"listeners": "PLAINTEXT://0.0.0.0:9092", "log.dirs": "/x", "a": "b"}
    )
    assert "0.0.0.0" not in text
    lines = text.splitlines()
    assert "log.dirs=data" in lines
    assert "a=b" in lines


def test_settings_of_the_topology_reach_the_broker() -> None:
    wanted = topology.load().broker_settings("embedded")
    lines = set(kafka.properties(1, 2, "data", wanted).splitlines())
    assert {f"{key}={value}" for key, value in wanted.items()} <= lines
