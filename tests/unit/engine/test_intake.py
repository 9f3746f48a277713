"""What a service takes in of another service's topic."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from jembatan.contracts.events import language
from jembatan.contracts.examples import example
from jembatan.contracts.registry import FACTS
from jembatan.engine.intake import Intake, Taken
from jembatan.engine.records import EPOCH, Place, Record

AT = datetime(2026, 1, 1, tzinfo=UTC)
INTAKE = Intake(
    frozenset({"vacancies.reports"}), "vacancies", {"partners.facts": frozenset({"partnership"})}, {},
    language(), simulated=False,
)  # fmt: skip


def taken(value: bytes) -> list[Taken]:
    encoded = example(FACTS["partnership.opened"])
    record = Record("partners.facts", 0, 0, AT, encoded.key, value, encoded.headers)
    return INTAKE.take([record], {record.source: Place(0, EPOCH)})


def fact(**changes: Any) -> bytes:  # noqa: ANN401
    return json.dumps(json.loads(example(FACTS["partnership.opened"]).value) | changes).encode()


def test_a_fact_is_taken() -> None:
    (one,) = taken(fact())
    assert one.item is not None and one.heard is not None and not one.reasons


@pytest.mark.parametrize("name", ["partnership.renamed.v1", "partnership.opened.v2"])
def test_a_fact_of_a_type_that_came_later_is_left_out(name: str) -> None:
    assert taken(fact(type=f"org.jembatan.fact.{name}")) == []


@pytest.mark.parametrize("value", [b"garbage", b"{}", fact(sequence="x")])
def test_what_is_no_fact_is_said(value: bytes) -> None:
    (one,) = taken(value)
    assert one.item is None and one.reasons


def test_a_sequence_is_as_great_as_a_bigint_and_no_greater() -> None:
    (one,) = taken(fact(sequence=f"{2**63 - 1:020}"))
    assert one.item is not None and one.item.sequence == 2**63 - 1


@pytest.mark.parametrize("sequence", [2**63, 10**20 - 1])
def test_a_strangers_sequence_that_no_table_holds_is_no_fact(sequence: int) -> None:
    (one,) = taken(fact(sequence=f"{sequence:020}"))
    assert one.item is None and one.heard is None
    assert [(reason.code, reason.pointer) for reason in one.reasons] == [("BAD_ATTRIBUTE", "/sequence")]
