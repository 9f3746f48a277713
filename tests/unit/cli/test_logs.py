"""Other libraries' warnings do not fill a service's log."""

from __future__ import annotations

import logging

from cli.logs import Seldom


def record(name: str, text: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord(name, logging.WARNING, "", 0, text, arguments, None)


def test_a_librarys_warning_comes_once_in_a_while_and_says_how_often_it_came() -> None:
    now = [0.0]
    seldom = Seldom(30, lambda: now[0])
    assert [seldom.filter(record("aiokafka.conn", "no node %s", n)) for n in range(3)] == [True, False, False]
    assert seldom.filter(record("aiokafka.conn", "another"))
    now[0] = 31.0
    again = record("aiokafka.conn", "no node %s", 7)
    assert seldom.filter(again)
    assert again.getMessage() == "no node 7 (and 2 times more in 31 s)"


def test_our_own_lines_always_come() -> None:
    seldom = Seldom(30, lambda: 0.0)
    assert all(seldom.filter(record("jembatan.worker", "again")) for _ in range(3))
