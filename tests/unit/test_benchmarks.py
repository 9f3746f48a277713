"""What the benchmarks send is what they say: else their checks would compare nothing."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from benchmarks.harness.backlog import HEADERS, Backlog, backlog, text
from benchmarks.harness.corpus import FAULTS, corpus
from benchmarks.harness.facts import EACH, History
from benchmarks.harness.hot import amended
from benchmarks.harness.pace import quantile
from benchmarks.harness.results import Results
from benchmarks.page_targets import Target
from benchmarks.peers import work
from benchmarks.peers.folding import digest_of, total
from jembatan.contracts.events import language
from jembatan.contracts.reading import Read, Unreadable, read
from jembatan.engine.records import Record

AT = datetime(2026, 1, 1, tzinfo=UTC)
STRUCTURED = tuple((name, bytes(value)) for name, value in HEADERS if isinstance(value, bytes))


def record(value: bytes, topic: str = "matching.reports") -> Record:
    return Record(topic, 0, 0, AT, None, value, STRUCTURED)


def test_a_backlog_has_as_many_subjects_and_repeats_as_it_says() -> None:
    wanted = backlog(1000)
    found = Counter(subject for subject, _ in wanted)
    assert wanted.repeats == 20
    assert found.total() == 1000
    assert set(found) == wanted.subjects
    assert len(found) == 980


def test_repeats_are_word_for_word_and_a_backlog_is_always_the_same() -> None:
    first, again = list(backlog(500)), list(backlog(500))
    assert first == again
    assert all(value == text(subject) for subject, value in first)


def test_without_repeats_none_comes() -> None:
    assert len({subject for subject, _ in Backlog(300, 0, "test-x")}) == 300


def test_its_reports_are_about_500_bytes_and_valid_to_all() -> None:
    values = [value for _, value in backlog(50)]
    assert all(450 < len(value) < 550 for value in values)
    assert all(isinstance(one, Read) for one in read([record(value) for value in values], language()))
    assert {work.Report.model_validate_json(value).subject for value in values} == backlog(50).subjects


def test_what_amends_the_hot_subject_is_valid() -> None:
    assert all(isinstance(one, Read) for one in read([record(amended(n)) for n in range(200)], language()))


@pytest.mark.parametrize("share", [0.0, 0.01, 0.05])
def test_as_many_of_a_corpus_are_bad_as_it_says(share: float) -> None:
    found = read([record(value) for value in corpus(1000, share)], language())
    assert sum(isinstance(one, Unreadable) for one in found) == 1000 * share


def test_each_kind_of_fault_is_one_to_the_peers_too() -> None:
    for fault in FAULTS:
        with pytest.raises(ValueError):
            work.Report.model_validate_json(text("test-1").replace(*fault, 1))


def test_a_history_s_facts_are_valid_and_come_to_its_digest() -> None:
    history, last = History(7), dict[str, dict[str, object]]()
    values = list(history)
    found = read([record(value, "matching.facts") for _, value in values], language())
    assert all(isinstance(one, Read) for one in found)
    assert len(values) == history.facts == 7 * EACH
    for subject, value in values:
        last[subject] = json.loads(value)["data"]["state"]
    shares = (digest_of(name, str(one["phase"]), list(one["preferences"])) for name, one in last.items())  # type: ignore[call-overload]
    assert total(shares) == history.digest


def test_a_digest_tells_states_apart() -> None:
    assert digest_of("a", "rostered", ["x"]) != digest_of("a", "rostered", ["y"])
    assert digest_of("a", "rostered", []) != digest_of("b", "rostered", [])


def test_a_quantile_is_one_of_the_values() -> None:
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert quantile([float(n) for n in range(100)], 0.99) == 99.0
    assert quantile([7.0], 0.99) == 7.0


def test_a_target_says_whether_it_is_met_or_was_not_measured() -> None:
    there = {
        "b": Results("b", {}, {"ours": [2.0, 4.0, 6.0], "peer": [1.0, 2.0, 3.0], "slow": [9.0, 9.0, 9.0]})
    }
    assert Target("x", "b", "ours", "peer", 2).line(there)[-1] == "yes"
    assert Target("x", "b", "ours", "peer", 2.1).line(there)[-1] == "**no**"
    assert Target("x", "b", "ours", "slow", 0.5, most=True).line(there)[-1] == "yes"
    assert Target("x", "b", "ours", "absent", 2).line(there)[2] == "not measured"
    assert Target("x", "c", "ours", "peer", 2).line(there)[2] == "not measured"
