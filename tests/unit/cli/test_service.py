"""What `jembatan service` waits for, and what it gives up on."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import SecretStr

from cli import service as runner
from cli.exits import Exit, Failed
from cli.logs import configure
from cli.settings import TOLD
from jembatan.client import Cluster, Unreachable
from jembatan.engine.service import Service
from jembatan.engine.settings import Settings

REPORTERS = Path(__file__).parents[2] / "support" / "reporters.toml"
PARTNERS = Service("partners", cast(Any, None), cast(Any, None), Path("nowhere"))
SETTINGS = Settings(reporters=REPORTERS, partitions=4, kafka="k:9092")


def answering(monkeypatch: pytest.MonkeyPatch, answer: Cluster | Exception) -> None:
    async def cluster(_: str) -> Cluster:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(runner, "cluster", cluster)


def test_it_needs_its_own_topics_and_those_that_it_reads() -> None:
    reading = Service(
        "vacancies", cast(Any, None), cast(Any, None), Path("x"), {"partners": ("partnership",)}
    )
    assert set(runner.needed_topics(reading, SETTINGS)) == {
        "vacancies.reports",
        "vacancies.reports.apart",
        "vacancies.facts",
        "vacancies.refusals",
        "partners.facts",
    }


async def test_it_waits_for_kafka(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, Unreachable("Kafka does not answer at k:9092 (refused)."))
    assert "k:9092" in str(await runner.kafka_lacks(PARTNERS, SETTINGS))


async def test_it_waits_for_topics_and_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, Cluster("c", {"partners.reports": 4, "partners.facts": 4}))
    lacks = str(await runner.kafka_lacks(PARTNERS, SETTINGS))
    assert "partners.refusals" in lacks and "topics --create" in lacks and "partners.facts" not in lacks


async def test_another_number_of_partitions_is_no_waiting_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    there = dict.fromkeys(runner.needed_topics(PARTNERS, SETTINGS), 4) | {"partners.facts": 12}
    answering(monkeypatch, Cluster("c", there))
    with pytest.raises(Failed, match=r"partners\.facts has 12") as failed:
        await runner.kafka_lacks(PARTNERS, SETTINGS)
    assert failed.value.code is Exit.BAD_INPUT


async def test_it_goes_on_when_the_topics_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, Cluster("c", dict.fromkeys(runner.needed_topics(PARTNERS, SETTINGS), 4)))
    assert await runner.kafka_lacks(PARTNERS, SETTINGS) is None


async def test_a_postgres_that_does_not_answer_is_waited_for_without_its_password() -> None:
    settings = SETTINGS.model_copy(
        update={"postgres": Settings(postgres="postgresql://a:hidden@127.0.0.1:1/x").postgres}
    )
    lacks = str(await runner.postgres_lacks(PARTNERS, settings))
    assert "PostgreSQL" in lacks and "hidden" not in lacks


async def test_what_it_waits_for_is_said_once_not_at_every_look(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    said: list[str] = []
    answers = iter(["no topics", "no topics", "no schema", None])
    monkeypatch.setattr(runner, "EVERY", 0.0)
    monkeypatch.setattr(runner, "log", SimpleNamespace(info=lambda text, **_: said.append(text)))

    async def ask() -> str | None:
        return next(answers)

    await runner._until(ask, "partners")
    assert said == ["partners waits: no topics", "partners waits: no schema"]


@pytest.mark.parametrize("name", ["reporters", "programmes"])
def test_a_missing_file_of_settings_is_bad_input(name: str, tmp_path: Path) -> None:
    settings = Settings(reporters=REPORTERS).model_copy(update={name: tmp_path / "missing"})
    with pytest.raises(Failed) as failed:
        runner.application("partners", settings)
    assert failed.value.code is Exit.BAD_INPUT and "missing" in str(failed.value)


@pytest.mark.parametrize("readable", [True, False])
def test_all_libraries_log_in_one_form(readable: bool, capsys: pytest.CaptureFixture[str]) -> None:
    import logging.config

    import structlog

    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    try:
        logging.config.dictConfig(configure("INFO", readable=readable))
        structlog.get_logger("ours").info("decided", action="x", count=3)
        logging.getLogger("theirs").warning("odd %s", "thing")
        logging.getLogger("faust.app").info("a step")
    finally:
        root.handlers[:], root.level = before[0], before[1]
        structlog.reset_defaults()
    ours, theirs = capsys.readouterr().out.splitlines()
    assert "decided" in ours and "odd thing" in theirs
    assert ours.startswith("{") is not readable


def test_every_setting_is_told_with_its_default() -> None:
    fields = Settings.model_fields
    assert set(TOLD) == {name.upper() for name in fields}
    for name, (default, _) in TOLD.items():
        value = fields[name.lower()].default
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        assert default == ("" if plain is None else f"{plain:g}" if isinstance(plain, float) else f"{plain}")
