"""Which events belong to an id, and their order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cli.related import candidates, correlations, in_order, is_about, place
from tests.unit.cli import made

OPENING = made.report("opening.requested", "open-1")
OPENED = made.fact("partnership.opened", OPENING)
POSTED = made.fact("vacancy.posted", OPENED, subject="nb-1")
ORDER = made.report("job_order.submitted", "order-1", subject="nb-1", at=made.AT - timedelta(days=1))
PENDING = made.fact("vacancy.pending", ORDER, subject="nb-1", at=made.AT - timedelta(days=1))
MATCH = made.fact("match.made", subject="r1:bp2mi-1")


@pytest.mark.parametrize(
    ("identity", "events"),
    [
        ("open-1", [OPENING, OPENED, POSTED]),
        (OPENED.id, [OPENED, POSTED]),
        (POSTED.id, [POSTED]),
        ("nb-1", [POSTED, ORDER, PENDING]),
        ("order-1", [ORDER, PENDING]),
        (place(ORDER), [ORDER]),
        ("r1", [MATCH]),
        ("bp2mi-1", [MATCH]),
        ("r1:bp2mi-1", [MATCH]),
        ("ID", []),
        ("CA-NB", []),
        ("nb", []),
    ],
)
def test_an_id_names_what_is_about_it(identity: str, events: list[made.Event]) -> None:
    everything = [OPENING, OPENED, POSTED, ORDER, PENDING, MATCH]
    assert [event for event in everything if is_about(event, identity)] == events


def test_a_refusal_belongs_to_its_report_and_that_ones_subject() -> None:
    event = made.refused(ORDER)
    assert is_about(event, "order-1") and is_about(event, "nb-1") and not is_about(event, "order-2")


def test_a_retry_belongs_to_the_report_that_it_repeats() -> None:
    again = made.report("job_order.submitted", "order-2", subject="nb-1", retryof="order-1")
    assert is_about(again, "order-1")


def test_a_fact_leads_to_the_report_it_goes_back_to() -> None:
    assert correlations([OPENING, OPENED, POSTED], POSTED.id) == {"open-1"}
    assert correlations([OPENING, OPENED, POSTED], "unknown") == set()


def test_effects_follow_their_causes_at_the_same_time() -> None:
    steps = in_order([POSTED, OPENED, OPENING, OPENED])
    assert [(step.event, step.depth) for step in steps] == [(OPENING, 0), (OPENED, 1), (POSTED, 2)]


def test_what_was_earlier_comes_first() -> None:
    steps = in_order([POSTED, PENDING, ORDER, OPENED, OPENING])
    assert [step.event for step in steps] == [ORDER, PENDING, OPENING, OPENED, POSTED]


def test_a_record_that_claims_to_be_its_own_cause_ends_too() -> None:
    envelope = OPENED.envelope.model_copy(
        update={
            "causetopic": "partners.facts",
            "causepartition": 0,
            "causeoffset": str(OPENED.record.offset),
        }
    )
    [step] = in_order([made.Event(OPENED.record, OPENED.name, envelope)])
    assert step.event.id == OPENED.id


def test_candidates_are_those_of_their_own_events_and_of_matches() -> None:
    rostered = made.fact("candidate.rostered", subject="bp2mi-2")
    assert candidates([MATCH, rostered, POSTED]) == ["bp2mi-1", "bp2mi-2"]
