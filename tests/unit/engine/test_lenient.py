"""Batches with headers named by garbage, read all the same."""

from __future__ import annotations

from jembatan.engine import lenient
from jembatan.engine.wire import Outgoing, batch
from tests.support.wires import MISNAMED, misnamed

SOURCE = ("partners.reports", 2)


def outgoing(value: bytes, *names: str) -> Outgoing:
    return Outgoing(b"key", value, 1_700_000_000_000, tuple((name, b"1") for name in names))


def test_a_garbled_name_is_replaced_and_the_rest_is_read() -> None:
    data = misnamed([outgoing(b"a", "fine"), outgoing(b"b", MISNAMED, "fine"), outgoing(b"c")])
    found, following = lenient.records(data, SOURCE, 0)
    assert [(r.offset, r.key, r.value) for r in found] == [
        (n, b"key", v) for n, v in enumerate((b"a", b"b", b"c"))
    ]
    assert found[1].headers == (("\ufffd\ufffdmisnamed", b"1"), ("fine", b"1"))
    assert found[1].at.year == 2023 and following == 3


def test_what_lies_before_the_start_is_left_out_and_a_part_of_a_batch_too() -> None:
    whole = batch([outgoing(b"a"), outgoing(b"b")])
    found, following = lenient.records(whole + whole[:-1], SOURCE, 1)
    assert [r.value for r in found] == [b"b"] and following == 2


def test_without_a_batch_nothing_moves() -> None:
    assert lenient.records(b"", SOURCE, 7) == ([], 7)
