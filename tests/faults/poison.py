"""Records that no rule can decide, each kind that was ever seen or feared. As in `scenarios`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import count
from time import sleep

from confluent_kafka import Producer

from jembatan.contracts.binding import LARGEST
from jembatan.contracts.examples import example_data
from jembatan.contracts.registry import REPORTS
from tests.faults.toyload import POISON, REPORT, ToyLoad
from tests.faults.toys import SERVICE, Inconclusive, Toys, actions, await_action
from tests.faults.verdict import Broken, is_garbage, judge
from tests.support import engines
from tests.support.kafka import STRUCTURED, Headers, Message, dump, encode

TOPIC = f"{SERVICE}.reports"
Poison = tuple[str, bytes | None, Headers]
"""What it is, its value and headers."""
FORM: Headers = [("content-type", STRUCTURED.encode())]
DEEP, DIGITS, MANY_HEADERS = 1_000_000, 5_000, 10_000
BOMB = 64 * 1024 * 1024
NUMBERS = count(1)


def unreadable() -> Iterator[Poison]:
    """What is no event at all, or none of this language (F33)."""
    yield "no JSON", b'{"specversion": "1.0"', FORM
    yield "a list", b"[]", FORM
    yield "null", b"null", FORM
    yield "empty", b"", FORM
    yield "no value", None, FORM
    yield "no UTF-8", b"\xff\xfe\x00\x80", FORM
    yield "no form", _report(), []
    yield "an unknown type", _report(type="org.jembatan.report.safeguards.unheard_of.v1"), FORM
    yield "a version to come", _report(type=f"org.jembatan.report.{REPORT}.v2"), FORM
    yield "a field to come", _report(data=_data() | {"colour": "red"}), FORM
    yield "a wrong type of value", _report(data=_data() | {"published_on": 7}), FORM
    yield (
        "half a binary one",
        b"{}",
        [("ce_id", b"half-%d" % next(NUMBERS)), ("content-type", b"application/json")],
    )


def oversized() -> Iterator[Poison]:
    """What is too much of something, or a number or text that no database takes (F34)."""
    yield "just over the limit", _padded(LARGEST + 1), FORM
    yield "201 deep", _text('["AF"]', "[" * 201 + "]" * 201), FORM
    yield "a million deep", b"[" * DEEP, FORM
    yield "5000 digits", _text('["AF"]', "[" + "9" * DIGITS + "]"), FORM
    yield "NaN", _text('["AF"]', "[NaN]"), FORM
    yield "infinity", _text('["AF"]', "[1e400]"), FORM
    yield "NUL", _text('["AF"]', '["\\u0000"]'), FORM
    yield "half a surrogate", _text('["AF"]', '["\\ud800"]'), FORM
    yield "10 000 headers", _report(), [*FORM, *((f"h{n}", b"1") for n in range(MANY_HEADERS))]


def _data() -> dict[str, object]:
    return {**example_data(REPORTS[REPORT]), "countries": ["AF"]}


def _report(data: object = None, identity: str = "", **changes: str) -> bytes:
    identity = identity or f"poison-{next(NUMBERS)}"
    head = {"specversion": "1.0", "id": identity, "source": engines.SOURCE, "subject": identity,
            "type": f"org.jembatan.report.{REPORT}.v1"}  # fmt: skip
    return encode(head | changes, data or _data(), "structured")[0]  # type: ignore[arg-type]


def _text(part: str, by: str) -> bytes:
    found = json.dumps(json.loads(_report()))
    assert part in found
    return found.replace(part, by).encode()


def _padded(size: int, identity: str = "") -> bytes:
    """A report of so many bytes, with its headers, that would be good if it were smaller."""
    value = _report(identity=identity)
    return value + b" " * (size - len(value) - sum(len(name) + len(text or b"") for name, text in FORM))


def mixed(toys: Toys, seed: int, kinds: Callable[[], Iterator[Poison]]) -> None:
    """Poison of every kind, twice in every partition, each under its own id, between good reports."""
    large = f"load-large-{seed}"
    with ToyLoad(toys, seed) as load:
        process = toys.one()
        await_action(process, "partition_taken", toys.partitions)
        places = [*range(toys.partitions)] * 2
        for partition in places:
            for _, value, headers in kinds():
                load.reports.raw(TOPIC, value, headers, POISON, partition=partition)
        # As large as an event may be, and good.
        load.reports.raw(TOPIC, _padded(LARGEST, large), FORM, b"large", large)
        sleep(1.0)
    found = judge(toys, load)
    _all_there(toys, len(list(kinds())) * len(places))
    facts = [m for m in found if m.event["causationid"] == large and m.topic.endswith(".facts")]
    if len(facts) != 1:
        raise Broken(f"a report as large as one may be led to {len(facts)} facts")
    if process.exit_code is not None or actions(process)["assigned"] != 1:
        raise Broken(f"poison ended the process or its membership, see {process.log}")


def bomb(toys: Toys, seed: int) -> None:
    """Records that are small on the wire and 64 MiB when they are unpacked."""
    with ToyLoad(toys, seed) as load:
        process = toys.one()
        await_action(process, "partition_taken", toys.partitions)
        for partition in range(toys.partitions):
            _send_bomb(toys, partition)
        sleep(1.0)
    judge(toys, load)
    _all_there(toys, toys.partitions)
    if process.exit_code is not None:
        raise Broken(f"a bomb ended the process, see {process.log}")


def _send_bomb(toys: Toys, partition: int) -> None:
    producer = Producer({"bootstrap.servers": toys.kafka, "compression.type": "gzip", "log_level": 0,
                         "message.max.bytes": 4 * BOMB, "acks": "all"})  # fmt: skip
    failed: list[object] = []
    producer.produce(TOPIC, b" " * BOMB, POISON, partition, headers=FORM,
                     on_delivery=lambda error, _: failed.append(error) if error else None)  # fmt: skip
    if producer.flush(60) or failed:
        raise Inconclusive(f"the broker took no bomb: {failed}")


def _all_there(toys: Toys, least: int) -> None:
    """The fault was there: so many records lie in the topic that are poison."""
    there = sum(map(_is_poison, dump(toys.kafka, [TOPIC])))
    if there < least:
        raise Inconclusive(f"{there} records of poison lie in {TOPIC}, not {least}")


def _is_poison(message: Message) -> bool:
    return message.key == POISON and is_garbage(message)


def bugs(toys: Toys, seed: int) -> None:
    """The rule fails at every seventh report, by our own mistake; each is refused and nothing is lost."""
    with ToyLoad(toys, seed) as load:
        process = toys.one()
        for number in range(210):
            load.send(f"bug-{seed}-{number}" if number % 7 == 0 else f"list-bug-{seed}-{number}")
        await_action(process, "decide_failed", 30)
    judge(toys, load)
