"""Whose fault an error is; ids of facts; lanes; the watchdog's verdict."""

from __future__ import annotations

from uuid import uuid5

import asyncpg
import pytest
from aiokafka.errors import KafkaConnectionError

from jembatan.contracts.deciding import Decided, Refused
from jembatan.engine.entry import CAUSES, check_outcome, fact_id
from jembatan.engine.lanes import lane_of
from jembatan.engine.locks import key
from jembatan.engine.platform_errors import Blame, blame
from jembatan.engine.transaction import TooSlow, persist
from jembatan.engine.watchdog import verdict


@pytest.mark.parametrize(
    ("error", "whose"),
    [
        (asyncpg.SerializationError(), Blame.PLATFORM),
        (asyncpg.DeadlockDetectedError(), Blame.PLATFORM),
        (asyncpg.LockNotAvailableError(), Blame.SLOW),
        (asyncpg.TransactionTimeoutError(), Blame.SLOW),
        (asyncpg.InsufficientPrivilegeError(), Blame.PLATFORM),
        (asyncpg.UndefinedTableError(), Blame.PLATFORM),
        (asyncpg.PostgresSyntaxError(), Blame.DATA),
        (asyncpg.UniqueViolationError(), Blame.AGAIN),
        (asyncpg.AdminShutdownError(), Blame.PLATFORM),
        (asyncpg.QueryCanceledError(), Blame.SLOW),
        (asyncpg.DiskFullError(), Blame.PLATFORM),
        (asyncpg.ConnectionDoesNotExistError(), Blame.PLATFORM),
        (asyncpg.InterfaceError("closed"), Blame.PLATFORM),
        (ConnectionRefusedError(), Blame.PLATFORM),
        (TimeoutError(), Blame.SLOW),
        (KafkaConnectionError(), Blame.PLATFORM),
        (asyncpg.CheckViolationError(), Blame.DATA),
        (asyncpg.CharacterNotInRepertoireError(), Blame.DATA),
        (KeyError("x"), Blame.DATA),
    ],
)
def test_blame(error: Exception, whose: Blame) -> None:
    assert blame(error) is whose


async def test_work_that_runs_out_of_time_again_and_again_is_to_be_made_smaller() -> None:
    tries = 0

    async def slow() -> None:
        nonlocal tries
        tries += 1
        raise asyncpg.QueryCanceledError

    with pytest.raises(TooSlow):
        await persist(slow, "a batch", patience=3)
    assert tries == 3


async def test_without_limit_work_goes_on_until_it_is_done() -> None:
    errors = iter([asyncpg.QueryCanceledError(), asyncpg.LockNotAvailableError(), TimeoutError(), None])

    async def slow() -> str:
        if error := next(errors):
            raise error
        return "done"

    assert await persist(slow, "one report") == "done"


def test_a_fact_has_the_same_id_however_often_it_is_decided() -> None:
    assert fact_id("partners", "t/0/1", 0) == fact_id("partners", "t/0/1", 0)
    others = {
        fact_id("partners", "t/0/1", 1),
        fact_id("partners", "t/0/2", 0),
        fact_id("vacancies", "t/0/1", 0),
    }
    assert len(others | {fact_id("partners", "t/0/1", 0)}) == 4


def test_a_report_is_answered_and_only_a_report_is_refused() -> None:
    with pytest.raises(ValueError, match="without a fact"):
        check_outcome(Decided(), must_answer=True)
    with pytest.raises(ValueError, match="needs reasons"):
        check_outcome(Refused(()), must_answer=True)
    check_outcome(Decided(), must_answer=False)


def test_lanes_are_those_of_kafkas_default_partitioner() -> None:
    # Vectors of Kafka's own test of Utils.murmur2.
    assert lane_of("21", 2**31) == (-973932308 & 0x7FFFFFFF)
    assert lane_of("foobar", 2**31) == (-790332482 & 0x7FFFFFFF)
    assert {lane_of(f"c-{n}", 4) for n in range(100)} == {0, 1, 2, 3}


def test_lock_keys_tell_classes_and_names_apart() -> None:
    assert len({key("a", "b"), key("b", "a"), key("ab", ""), key("a", "c")}) == 4
    assert -(2**63) <= key("a", "b") < 2**63


def test_the_watchdog_warns_before_it_ends_the_process() -> None:
    assert [verdict(stalled, 60) for stalled in (0, 59, 60, 119, 120)] == [
        "ready", "ready", "unready", "unready", "exit",
    ]  # fmt: skip


def test_the_id_of_a_fact_is_a_uuid5() -> None:
    for number in range(50):
        cause = f"matching.reports/1/{number}"
        plain = uuid5(CAUSES, f"matching\x00{cause}\x00{number}")
        found = fact_id("matching", cause, number)
        assert (found, found.version, str(found)) == (plain, 5, str(plain))
