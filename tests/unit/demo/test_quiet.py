"""When a platform counts as quiet."""

from __future__ import annotations

from datetime import UTC, datetime

from cli.demo.quiet import Standing

AT = datetime(2025, 6, 3, tzinfo=UTC)
EARLIER = datetime(2025, 6, 2, tzinfo=UTC)
REPORTS, FACTS = ("matching.reports", 0), ("partners.facts", 1)


def standing(
    reports: tuple[int, datetime] = (5, AT), facts: int = 3, head: int = 3, jobs: tuple[str, ...] = ()
) -> Standing:
    decided = {("matching", REPORTS): reports, ("matching", FACTS): (facts, EARLIER)}
    return Standing(decided, {FACTS: head}, jobs, ())


def test_quiet_when_all_is_decided_published_and_read() -> None:
    assert standing().waits({REPORTS: 5}, {FACTS: 3}, AT) == []


def test_not_quiet_while_something_is_under_way() -> None:
    cases = [
        (standing(reports=(4, AT)), {FACTS: 3}, "matching.reports 0"),
        (standing(reports=(5, EARLIER)), {FACTS: 3}, "matching.reports 0"),
        (standing(facts=2), {FACTS: 3}, "partners.facts 1"),
        (standing(), {FACTS: 2}, "not published"),
        (standing(), {}, "3 facts"),
        (standing(jobs=("freeze of r-1",)), {FACTS: 3}, "freeze of r-1"),
    ]
    for found, read_to, said in cases:
        (waits,) = found.waits({REPORTS: 5}, read_to, AT)
        assert said in waits
