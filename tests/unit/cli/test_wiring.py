"""What `up` and `down` ask of the embedded platform."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli.embedded import supervisor
from cli.embedded.errors import EmbeddedError
from cli.exits import Exit
from tests.unit.cli.commands import jembatan


def test_up_passes_every_option_on(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Path, supervisor.Options, bool]] = []

    def up(folder: Path, options: supervisor.Options, *, detach: bool, say: Any) -> None:  # noqa: ANN401
        asked.append((folder, options, detach))
        say("Ready.")

    monkeypatch.setattr(supervisor, "up", up)
    ran = jembatan(
        "up", "--detach", "--folder", "x", "--time", "simulated", "--reporters", "r.toml", "--workers", "2",
        "--programmes", "p", "--kafka-port", "19092", "--postgres-port", "15432",
    )  # fmt: skip
    options = supervisor.Options(
        time="simulated", reporters=Path("r.toml"), programmes=Path("p"), workers=2, kafka_port=19092,
        postgres_port=15432,
    )  # fmt: skip
    assert (ran.code, asked) == (Exit.OK, [(Path("x"), options, True)])
    assert "Ready." in ran.err


def test_what_the_platform_cannot_do_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def up(*_: Any, **__: Any) -> None:  # noqa: ANN401
        raise EmbeddedError("The disk under x is full; make room.")

    monkeypatch.setattr(supervisor, "up", up)
    ran = jembatan("up")
    assert (ran.code, ran.err) == (Exit.NO, "The disk under x is full; make room.\n")


@pytest.mark.parametrize(("was", "said"), [(True, "Stopped.\n"), (False, "Nothing runs in x.\n")])
def test_down_says_what_it_did(monkeypatch: pytest.MonkeyPatch, was: bool, said: str) -> None:
    monkeypatch.setattr(supervisor, "down", lambda folder, say: was)
    ran = jembatan("down", "--folder", "x")
    assert (ran.code, ran.out) == (Exit.OK, said)


@pytest.mark.parametrize("arguments", [["--time", "lunar"], ["--workers", "0"], ["--kafka-port", "70000"]])
def test_wrong_options_of_up_are_bad_input(arguments: list[str]) -> None:
    assert jembatan("up", *arguments).code == Exit.BAD_INPUT
