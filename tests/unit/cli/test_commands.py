"""The command as a whole: its help, its exit codes, its sentences. No server runs."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
import typer

from cli.exits import MEANING, Exit, Failed
from cli.main import app, ended
from cli.reference import PAGE, page
from jembatan.client import NoTopic, NotSent, Unreachable
from jembatan.contracts.examples import example
from jembatan.contracts.registry import REPORTS
from tests.unit.cli.commands import jembatan

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
PANELS = ("Run", "Report", "Read", "Round", "Set up")
READING = ("status", "report", "facts", "refusals", "trace", "verify", "explain", "topics", "migrate")


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which nothing runs, and no settings."""
    monkeypatch.chdir(tmp_path)
    for name in ("JEMBATAN_KAFKA", "JEMBATAN_POSTGRES", "JEMBATAN_DEBUG", "JEMBATAN_PARTITIONS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def closed_port() -> Iterator[str]:
    """An address at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{probe.getsockname()[1]}"


def test_help_groups_every_command() -> None:
    ran = jembatan("--help")
    assert ran.code == Exit.OK
    assert [panel for panel in PANELS if f" {panel} " not in ran.out] == []
    assert [name for name in COMMANDS if name not in ran.out] == []


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_a_sentence_and_an_example(name: str) -> None:
    ran = jembatan(name, "--help")
    assert ran.code == Exit.OK
    help_text = COMMANDS[name].help
    assert help_text.splitlines()[0].endswith(".")
    assert "Example" in help_text and f"jembatan {name}" in help_text
    assert COMMANDS[name].rich_help_panel in PANELS


@pytest.mark.parametrize("name", READING)
def test_every_reading_command_speaks_json(name: str) -> None:
    assert "--json" in [option for one in COMMANDS[name].params for option in one.opts]


def test_the_reference_is_made_of_the_help_as_it_is_now() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `python -m cli.reference --write`"


def test_every_exit_code_has_its_meaning_in_the_reference() -> None:
    assert set(MEANING) == set(Exit)
    assert all(f"| {code.value} | {code.name} |" in page() for code in Exit)


def test_the_reference_has_each_panel_once_and_every_row_two_cells() -> None:
    lines = page().splitlines()
    assert re.findall(r"^## (.+)$", page(), re.MULTILINE) == ["Exit codes", *PANELS]
    told = lines[lines.index("## Run") :]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in told if line.startswith("|")} == {3}


def test_the_reference_tells_arguments_choices_and_defaults() -> None:
    assert "| `SERVICE` | partners, vacancies or matching. |" in page()
    assert "One of `broker`, `simulated`. Default: `broker`. |" in page()
    assert "| `--timeout` | Seconds to wait for the answers. Default: `30`. |" in page()


@pytest.mark.parametrize(
    "arguments",
    [
        ["facts"],
        ["refusals"],
        ["trace", "x"],
        ["explain", "x"],
        ["status"],
        ["refusals", "retry", "x"],
        ["migrate"],
    ],
)
def test_where_nothing_runs_they_say_how_to_start_it(arguments: list[str]) -> None:
    ran = jembatan(*arguments)
    assert ran.code == Exit.UNREACHABLE
    assert "jembatan up" in ran.err and ran.out == ""


@pytest.mark.parametrize(
    "arguments", [["facts"], ["refusals"], ["trace", "x"], ["topics", "--check"], ["refusals", "retry", "x"]]
)
def test_a_kafka_that_does_not_answer_is_named(arguments: list[str], closed_port: str) -> None:
    ran = jembatan(*arguments, "--kafka", closed_port)
    assert ran.code == Exit.UNREACHABLE
    assert closed_port in ran.err and "Traceback" not in ran.err


def test_a_status_without_any_answer_names_both(closed_port: str) -> None:
    ran = jembatan(
        "status", "--kafka", closed_port, "--postgres", f"postgresql://nobody:secret@{closed_port}/x"
    )
    assert ran.code == Exit.UNREACHABLE
    assert "Kafka does not answer" in ran.err and "PostgreSQL does not answer" in ran.err
    assert "secret" not in ran.err


def test_a_postgres_that_does_not_answer_is_named_with_its_option(closed_port: str) -> None:
    ran = jembatan("migrate", "--postgres", f"postgresql://nobody:secret@{closed_port}/x")
    assert ran.code == Exit.UNREACHABLE and "secret" not in ran.err
    assert ran.err.startswith("PostgreSQL does not answer") and "--postgres" in ran.err


def test_an_address_that_is_none_is_bad_input() -> None:
    assert jembatan("migrate", "--postgres", "mysql://x").code == Exit.BAD_INPUT


def test_nothing_to_stop_is_no_failure() -> None:
    ran = jembatan("down")
    assert (ran.code, ran.out) == (Exit.OK, "Nothing runs in .jembatan.\n")


@pytest.mark.parametrize(
    "arguments", [["facts", "--type", "x"], ["facts", "--service", "x"], ["facts", "--since", "x"]]
)
def test_wrong_options_are_told_before_any_server_is_asked(arguments: list[str]) -> None:
    ran = jembatan(*arguments)
    assert ran.code == Exit.BAD_INPUT
    assert "'x'" in ran.err or " x" in ran.err


def test_a_language_that_there_is_not_is_told_before_any_server_is_asked() -> None:
    ran = jembatan("explain", "kp2mi-c-1", "--language", "de")
    assert ran.code == Exit.BAD_INPUT
    assert "'de'" in ran.err and "id, en, fr" in ran.err


def test_a_postgresql_that_does_not_answer_is_named_to_who_wants_an_explanation(closed_port: str) -> None:
    address = f"postgresql://nobody:secret@{closed_port}/x"
    ran = jembatan("explain", "kp2mi-c-1", "--kafka", closed_port, "--postgres", address)
    assert ran.code == Exit.UNREACHABLE
    assert "PostgreSQL does not answer" in ran.err and "secret" not in ran.err


def test_an_unknown_command_is_bad_input() -> None:
    assert jembatan("factz").code == Exit.BAD_INPUT


def test_a_good_file_passes_the_check(nowhere: Path) -> None:
    (nowhere / "a.jsonl").write_bytes(example(REPORTS["cap.set"]).value)
    ran = jembatan("report", "a.jsonl", "--check", "--json")
    assert (ran.code, json.loads(ran.out)) == (Exit.OK, {"reports": 1})


def test_a_bad_file_fails_the_check_and_is_not_sent_either(nowhere: Path, closed_port: str) -> None:
    (nowhere / "a.jsonl").write_bytes(example(REPORTS["cap.set"]).value + b"\n{}\nx\n")
    for arguments in (["--check"], ["--kafka", closed_port]):
        ran = jembatan("report", "a.jsonl", *arguments)
        assert ran.code == Exit.BAD_INPUT
        assert "a.jsonl:2: /type: " in ran.err and "a.jsonl:3: " in ran.err and "a.jsonl:1" not in ran.err


def test_a_missing_file_is_named() -> None:
    ran = jembatan("report", "nowhere.jsonl", "--check")
    assert ran.code == Exit.BAD_INPUT and "nowhere.jsonl" in ran.err


def test_a_good_file_without_a_platform_is_not_sent(nowhere: Path) -> None:
    (nowhere / "a.jsonl").write_bytes(example(REPORTS["cap.set"]).value)
    ran = jembatan("report", "a.jsonl")
    assert ran.code == Exit.UNREACHABLE and "jembatan up" in ran.err


def test_topics_are_listed_without_a_server() -> None:
    ran = jembatan("topics", "--json")
    assert ran.code == Exit.OK
    listed = {topic["name"]: topic for topic in map(json.loads, ran.out.splitlines())}
    assert listed["matching.public"]["partitions"] == 12
    assert jembatan("topics", "--installation", "moon").code == Exit.BAD_INPUT


def test_reporters_own_topics_are_listed_too(nowhere: Path) -> None:
    (nowhere / "r.toml").write_text(
        '[[reporter]]\ncode = "a"\nsource = "urn:a"\ntypes = ["*"]\nown_topics = true\n'
    )
    assert "partners.reports.a" in jembatan("topics", "--reporters", "r.toml").out
    (nowhere / "r.toml").write_text(
        '[[reporter]]\ncode = "a"\nsource = "urn:a"\ntypes = ["job_order.*"]\nown_topics = true\n'
    )
    said = jembatan("topics", "--reporters", "r.toml").out
    assert "vacancies.reports.a" in said
    assert "partners.reports.a" not in said and "matching.reports.a" not in said
    (nowhere / "r.toml").write_text("reporter = 1")
    assert jembatan("topics", "--reporters", "r.toml").code == Exit.BAD_INPUT


def test_contracts_give_examples_and_help_with_names() -> None:
    ran = jembatan("contracts", "example", "cap.set")
    assert ran.code == Exit.OK and json.loads(ran.out)["type"] == "org.jembatan.report.cap.set.v1"
    wrong = jembatan("contracts", "example", "cap.sett")
    assert wrong.code == Exit.BAD_INPUT and "cap.set" in wrong.err
    assert jembatan("contracts").code == Exit.BAD_INPUT


def test_a_bad_market_is_bad_input(nowhere: Path) -> None:
    (nowhere / "m.json").write_text("{}")
    assert jembatan("match", "m.json").code == Exit.BAD_INPUT


def test_a_service_that_is_none_and_wrong_settings_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "there are partners" in jembatan("service", "partner").err
    monkeypatch.setenv("JEMBATAN_PARTITIONS", "many")
    ran = jembatan("service", "partners")
    assert ran.code == Exit.BAD_INPUT and "JEMBATAN_PARTITIONS" in ran.err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Failed(Exit.NO_ANSWER, "late"), Exit.NO_ANSWER),
        (Unreachable("Kafka is away"), Exit.UNREACHABLE),
        (NoTopic("no topic"), Exit.UNREACHABLE),
        (NotSent("not sent"), Exit.NO_ANSWER),
        (TimeoutError("slow"), Exit.UNREACHABLE),
        (ConnectionRefusedError("closed"), Exit.UNREACHABLE),
        (socket.gaierror("no such host"), Exit.UNREACHABLE),
        (asyncpg.InsufficientPrivilegeError("permission denied"), Exit.UNREACHABLE),
        (asyncpg.InvalidPasswordError("wrong"), Exit.UNREACHABLE),
        (KeyboardInterrupt(), Exit.INTERRUPTED),
        (ZeroDivisionError("oh"), Exit.MISTAKE),
        (SystemExit(7), 7),
        (SystemExit(None), Exit.OK),
        (SystemExit("text"), Exit.NO),
    ],
)
def test_every_failure_ends_with_its_code(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise error

    assert ended(fails) == code
    assert "Traceback" not in capsys.readouterr().err


def test_a_mistake_of_our_own_can_be_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JEMBATAN_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        ended(lambda: 1 // 0)
