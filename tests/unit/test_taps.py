"""The proxy's eyes: a COMMIT and a produce request are known in whatever pieces they come."""

from __future__ import annotations

import struct

import pytest

from tests.support.proxy import Verdict
from tests.support.taps import Answer, Commits, Requests, answer


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack(">I", len(body) + 4) + body


START = struct.pack(">II", 8, 80877103) + struct.pack(">II", 9, 196608) + b"\0"
PARSE = message(b"P", b"s1\0INSERT INTO outbox VALUES ($1)\0\0\0") + message(b"P", b"s2\0SELECT 1\0\0\0")
BIND = message(b"B", b"\0s1\0\0\0")
OTHER = message(b"B", b"\0s2\0\0\0")
COMMIT = message(b"Q", b"COMMIT;\0")
ROLLBACK = message(b"Q", b"ROLLBACK;\0")


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_only_a_commit_after_rows_of_the_outbox_is_chosen(size: int) -> None:
    tap = Commits(lambda: Verdict.CUT)
    said = START + PARSE + OTHER + COMMIT + BIND + ROLLBACK + COMMIT + BIND + COMMIT + COMMIT
    pieces = [piece for n in range(0, len(said), size) for piece in tap.asked(said[n : n + size])]
    assert b"".join(piece for piece, _ in pieces) == said
    assert [n for n, (_, verdict) in enumerate(pieces) if verdict is Verdict.CUT] == [10]


def request(key: int, body: bytes) -> bytes:
    content = struct.pack(">hhi", key, 7, 1) + body
    return struct.pack(">I", len(content)) + content


def test_only_a_produce_request_to_the_topic_is_chosen() -> None:
    tap = Requests("partners.facts", lambda: Verdict.HOLD)
    said = request(3, b"partners.facts") + request(0, b"partners.reports") + request(0, b"\0partners.facts\0")
    verdicts = [verdict for half in (said[:20], said[20:]) for _, verdict in tap.asked(half)]
    assert verdicts == [Verdict.PASS, Verdict.PASS, Verdict.HOLD]


def test_the_brokers_answer_is_read() -> None:
    body = struct.pack(">ii", 9, 1) + struct.pack(">h", 5) + b"topic" + struct.pack(">iihq", 1, 2, 45, -1)
    assert answer(struct.pack(">I", len(body)) + body) == Answer(2, 45, -1)
