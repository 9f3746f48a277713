"""Which cause may be decided next, and what `recover` tells."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from cli.recover import lines
from cli.recover.candidates import Candidate, Sort, may_be_next, names
from cli.recover.published import Lane, Lies
from cli.recover.told import Told
from jembatan.contracts.writing import Cause as Origin
from jembatan.engine.decision import Made
from jembatan.engine.entry import Cause, fact_id
from jembatan.engine.service import Connection

AT = datetime(2026, 1, 1, tzinfo=UTC)
ONE, OTHER = ("partners.facts", 0), ("partners.facts", 1)
CAUSE = Cause("partners.reports/2/7", AT, Origin(id="r-1", topic="partners.reports", partition=2, offset=7))


async def nothing(_: Connection) -> Made:
    return Made()


def candidate(*places: tuple[Lane, int], blocked: Lane | None = None) -> Candidate:
    lies = [Lies(lane, place, AT) for lane, place in places]
    return Candidate(Sort.RECORD, CAUSE, frozenset(), "a report", nothing, lies, blocked=blocked)


@pytest.mark.parametrize(
    ("found", "may"),
    [
        (candidate(), True),
        (candidate((ONE, 5)), True),
        (candidate((ONE, 5), (ONE, 6)), True),
        (candidate((ONE, 6)), False),
        (candidate((ONE, 6), (ONE, 5)), True),
        (candidate((ONE, 5), (OTHER, 3)), True),
        (candidate((ONE, 5), (OTHER, 4)), False),
        (candidate(blocked=ONE), False),
        (candidate(blocked=OTHER), True),
        (candidate((ONE, 5), blocked=ONE), True),
    ],
)
def test_a_cause_waits_until_its_facts_are_the_next_of_their_lanes(found: Candidate, may: bool) -> None:
    assert may_be_next(found, {ONE: 4, OTHER: 2}, {ONE: 9, OTHER: 2}) is may


def test_a_report_about_a_person_is_known_by_its_hidden_name_too() -> None:
    hidden = f"report:matching/{fact_id('matching', CAUSE.key, 0)}"
    assert names("matching", CAUSE) == {"partners.reports/2/7", hidden}
    due = Cause("deadline:matching/offer.answer_by/r:c/then", AT, Origin(id="deadline:matching/offer/1"))
    assert names("matching", due) == {due.key, "deadline:matching/offer/1"}


def test_what_was_folded_or_is_gone_is_told_with_what_facts_cannot_tell() -> None:
    told = Told(
        decided=3,
        same=4,
        anew=Counter({"matching.facts": 2}),
        folded={"candidate.registered of c-1": ["candidate.registered of c-1 (matching.facts/1, place 9)"]},
        lost=["matching.reports/0: records 3 to 5 are no longer kept"],
    )
    text = "\n".join(lines("matching", told, dry_run=True))
    assert "✗ matching.reports/0: records 3 to 5 are no longer kept" in text
    assert "✗ candidate.registered of c-1: not decided again as it was" in text
    assert "evidence and private reasons" in text and "Nothing was changed." in text
    assert "2 of matching.facts had been decided and not published" in text


def test_a_database_as_new_as_its_topics_needs_nothing() -> None:
    assert lines("partners", Told(), dry_run=False) == [
        "The database of partners is as new as its topics; there is nothing to recover."
    ]
