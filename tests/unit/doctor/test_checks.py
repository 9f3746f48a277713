"""Each comparison of doctor alone: what is right gives nothing, what is broken its kind."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cli.doctor import backlog, lanes, outlived, personal, places, positions, rights, seats
from cli.doctor.answers import Answers, Reported
from cli.doctor.copies import COPIES, Copies
from cli.doctor.finding import MOST, Finding, Found
from cli.doctor.kinds import Kind
from cli.doctor.ledger import Ledger
from cli.doctor.places import Lane, Row
from cli.doctor.seats import Frame, Taken
from cli.doctor.sequences import Sequences
from cli.doctor.snapshot import Position
from cli.doctor.told import Told, told
from jembatan.client.raw import Bounds
from jembatan.contracts.examples import example_data
from jembatan.contracts.registry import FACTS
from jembatan.topology import Role
from services.matching.domain.world import Tally

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LANE = Lane("partners", "partners.facts", 0, acknowledged=3, first=0, end=3, head=4, pruned=0)


def kinds(found: Iterable[Finding]) -> list[Kind]:
    return [one.kind for one in found]


def identity(number: int) -> UUID:
    return UUID(int=number)


def lies(place: int, **event: Any) -> Told:  # noqa: ANN401
    value = json.dumps({"id": str(identity(place))} | event).encode()
    return told("partners.facts", 0, place, value)


def row(place: int, value: bytes | None = None) -> Row:
    return Row(place, identity(place), lies(place).value if value is None else value)


RECORDS = [lies(1), lies(2), lies(3)]
ROWS = {place: row(place) for place in (1, 2, 3)}


@pytest.mark.parametrize(
    ("lane", "found"),
    [
        (LANE, []),
        (replace(LANE, end=5), [Kind.TOPIC_AHEAD]),
        (replace(LANE, end=2), [Kind.TOPIC_LOST]),
        (replace(LANE, acknowledged=0, pruned=4), [Kind.TOPIC_LOST]),
    ],
)
def test_ends(lane: Lane, found: list[Kind]) -> None:
    assert kinds(places.ends(lane)) == found


@pytest.mark.parametrize(
    ("lane", "records", "rows", "found"),
    [
        (LANE, RECORDS, ROWS, []),
        (replace(LANE, pruned=2), RECORDS, {3: ROWS[3]}, []),
        (LANE, [RECORDS[0], RECORDS[2]], ROWS, [Kind.TOPIC_GAP]),
        (LANE, RECORDS, {1: ROWS[1], 3: ROWS[3]}, [Kind.OUTBOX_ROW_MISSING]),
        (LANE, RECORDS, ROWS | {2: replace(ROWS[2], id=identity(9))}, [Kind.OTHER_RECORD]),
        (LANE, RECORDS, ROWS | {2: row(2, b"{}")}, [Kind.OTHER_RECORD]),
        (LANE, [told("partners.facts", 0, 1, b"[]")], {1: ROWS[1]}, [Kind.NOT_A_FACT]),
        (LANE, [told("partners.facts", 0, 1, None)], {1: ROWS[1]}, [Kind.NOT_A_FACT]),
    ],
)
def test_what_lies_at_places(
    lane: Lane, records: list[Told], rows: dict[int, Row], found: list[Kind]
) -> None:
    assert kinds(places.published(lane, 0, records, rows)) == found


def test_what_waits_for_its_place() -> None:
    assert kinds(places.waiting(LANE, 3, 4, {4: row(4)})) == []
    assert kinds(places.waiting(LANE, 3, 4, {})) == [Kind.OUTBOX_ROW_MISSING]
    assert kinds(places.waiting(LANE, 3, 4, {4: row(4), 9: row(9)})) == [Kind.ROW_BEYOND_HEAD]
    assert kinds(places.gap(LANE, 2)) == [Kind.TOPIC_GAP]


def numbered(*sequences: int) -> list[Told]:
    name = "org.jembatan.fact.partnership.changed.v1"
    return [lies(n, type=name, subject="s", sequence=f"{n:020}") for n in sequences]


@pytest.mark.parametrize(
    ("seen", "counted", "found"),
    [
        ((1, 2, 3), 3, []),
        ((1, 3), 3, [Kind.SEQUENCE_BROKEN]),
        ((1, 1, 2), 2, [Kind.SEQUENCE_BROKEN]),
        ((1, 2), 3, [Kind.NUMBER_DIFFERS]),
        ((), 1, [Kind.NUMBER_DIFFERS]),
        ((1,), None, [Kind.NUMBER_DIFFERS]),
    ],
)
def test_sequences(seen: tuple[int, ...], counted: int | None, found: list[Kind]) -> None:
    with Ledger() as ledger:
        sequences = Sequences("partners", ledger.map("last"))
        told_of = [one for fact in numbered(*seen) for one in sequences.see(fact)]
        if counted is not None:
            told_of += sequences.numbered("partners.facts", "partnership", "s", counted)
        assert kinds([*told_of, *sequences.rest()]) == found


def answer(topic: str, cause: int, report: str) -> Told:
    event = {"causetopic": "partners.reports", "causepartition": 0, "causeoffset": str(cause)}
    return told(topic, 0, 1, json.dumps(event | {"causationid": report}).encode())


FACT, REFUSAL = (f"partners.{what}" for what in ("facts", "refusals"))


@pytest.mark.parametrize(
    ("answers", "reports", "found"),
    [
        ([(FACT, 0, "a"), (FACT, 0, "a")], [(0, "a"), (1, "a")], []),
        ([(REFUSAL, 0, "a"), (REFUSAL, 1, "a")], [(0, "a"), (1, "a")], []),
        ([(FACT, 0, "a")], [(0, "a"), (1, "b")], [Kind.UNANSWERED]),
        ([], [(0, "")], [Kind.UNANSWERED]),
        ([(REFUSAL, 0, "partners.reports/0/0")], [(0, "")], []),
        ([(FACT, 0, "a"), (REFUSAL, 0, "a")], [(0, "a")], [Kind.ANSWERED_TWICE]),
        ([(REFUSAL, 0, "a"), (REFUSAL, 0, "a")], [(0, "a")], [Kind.ANSWERED_TWICE]),
        ([(FACT, 0, "a"), (FACT, 1, "a")], [(0, "a"), (1, "a")], [Kind.ANSWERED_TWICE]),
        # A topic that was made anew gives the same coordinates to another report.
        ([(FACT, 0, "a"), (REFUSAL, 0, "b")], [(0, "b")], []),
    ],
)
def test_answers(
    answers: list[tuple[str, int, str]], reports: list[tuple[int, str]], found: list[Kind]
) -> None:
    with Ledger() as ledger:
        checked = Answers("partners", *(ledger.map(name) for name in ("answered", "ids", "decided")))
        told_of = [one for values in answers for one in checked.see(answer(*values))]
        for offset, name in reports:
            report = Reported("partners.reports", 0, offset, NOW, "urn:x" if name else "", name)
            told_of += checked.report(report, None)
        assert kinds(told_of) == found


def test_a_report_whose_refusal_retention_has_removed_is_no_finding() -> None:
    with Ledger() as ledger:
        checked = Answers("partners", *(ledger.map(name) for name in ("answered", "ids", "decided")))
        report = Reported("partners.reports", 0, 0, NOW, "urn:x", "a")
        assert kinds(checked.report(report, NOW + timedelta(days=1))) == []
        assert kinds(checked.report(report, NOW - timedelta(days=1))) == [Kind.UNANSWERED]


STATE = example_data(FACTS["partnership.opened"])["state"]
OPENED = told(
    "partners.facts", 0, 1,
    json.dumps({"type": FACTS["partnership.opened"].type, "subject": "p", "sequence": f"{2:020}",
                "data": {"state": STATE}}).encode(),
)  # fmt: skip


@pytest.mark.parametrize(
    ("heard", "copy", "found"),
    [
        (2, STATE, []),
        (2, STATE | {"host_agency": "Another"}, [Kind.COPY_DIFFERS]),
        (2, {"id": "no state"}, [Kind.COPY_DIFFERS]),
        (3, STATE, [Kind.HEARD_AHEAD]),
        (2, None, [Kind.COPY_MISSING]),
        (None, STATE, [Kind.COPY_UNKNOWN]),
    ],
)
def test_copies(heard: int | None, copy: dict[str, Any] | None, found: list[Kind]) -> None:
    with Ledger() as ledger:
        copies = Copies(COPIES[0], ledger.map("heard"))
        if heard is not None:
            copies.hear("p", heard)
        copies.see(OPENED)
        told_of = list(copies.copy("p", json.dumps(copy))) if copy else []
        assert kinds([*told_of, *copies.rest()]) == found


def test_evidence_is_found_wherever_it_stands_and_what_a_schema_declares_is_none() -> None:
    def fact(name: str, data: dict[str, Any]) -> Told:
        return lies(1, type=FACTS[name].type, subject="c", data=data)

    for name in FACTS:
        assert kinds(personal.fields("matching", fact(name, dict(example_data(FACTS[name]))))) == [], name
    hidden = fact("candidate.registered", {"state": {"x": [{"social_security": ["BPJS-TK"]}]}})
    assert kinds(personal.fields("matching", hidden)) == [Kind.PERSONAL_FIELD]
    assert kinds(personal.fields("matching", fact("match.missed", {"reasons": []}))) == [Kind.PERSONAL_FIELD]


@pytest.mark.parametrize("text", ["for reg-1.", "kp2mi-r1:reg-1", "reg-1"])
def test_a_candidates_name_is_found_in_any_text(text: str) -> None:
    public = told("matching.public", 0, 1, json.dumps({"data": {"explanation": text}}).encode())
    assert "reg-1" in personal.words(public)
    assert kinds(personal.named("matching", [public], {"reg-1"})) == [Kind.CANDIDATE_IN_PUBLIC]
    assert kinds(personal.named("matching", [public], {"reg-2"})) == []


@pytest.mark.parametrize(("kept", "found"), [(5, []), (6, [Kind.KEPT_TOO_LONG]), (-1, [Kind.KEPT_TOO_LONG])])
def test_retention_of_personal_data(kept: int, found: list[Kind]) -> None:
    assert kinds(personal.retention("matching", "matching.reports", kept, 5)) == found


POSITION = Position("partners.reports", 0, 5, NOW, NOW, 7)


@pytest.mark.parametrize(
    ("bounds", "found"),
    [
        (Bounds(0, 5), []),
        (Bounds(5, 9), []),
        (Bounds(0, 4), [Kind.POSITION_BEYOND_END]),
        (Bounds(6, 9), [Kind.POSITION_PASSED_BY]),
    ],
)
def test_positions(bounds: Bounds, found: list[Kind]) -> None:
    assert kinds(positions.compare("partners", POSITION, bounds)) == found


def test_partitions_without_a_position() -> None:
    wanted, topics = ["partners.reports"], {"partners.reports": 2}
    assert kinds(positions.missing("partners", [POSITION], wanted, topics)) == [Kind.POSITION_MISSING]
    assert kinds(positions.missing("partners", [], wanted, topics)) == [Kind.NEVER_RAN]


def test_lanes() -> None:
    well = {"partition": 0, "cluster_id": "c", "producer_id": 1, "halted": None}
    assert kinds(lanes.compare("partners", [well, well | {"partition": 1, "producer_id": 2}], "c")) == []
    broken = well | {"partition": 1, "cluster_id": "d", "halted": "TOPIC_LOST: x"}
    assert kinds(lanes.compare("partners", [well, broken], "c")) == [
        Kind.HALTED, Kind.OTHER_CLUSTER, Kind.SHARED_PRODUCER,
    ]  # fmt: skip


def test_backlog_is_damage_only_when_it_is_old() -> None:
    late = backlog.PATIENCE + timedelta(seconds=1)
    assert kinds(backlog.unpublished(LANE, None)) == kinds(backlog.unpublished(LANE, 5.0)) == []
    assert kinds(backlog.unpublished(LANE, late.total_seconds())) == [Kind.UNPUBLISHED]
    assert kinds(backlog.undecided("partners", "x", 1, NOW, NOW)) == []
    assert kinds(backlog.undecided("partners", "x", 1, NOW - late, NOW)) == [Kind.UNDECIDED]


NODE = "ID:CA-NB:ISIC4-Q:G2G:1"
FRAME = Frame("r", {"ID": (None, 3), NODE: ("ID", None)}, {"v": 5})


@pytest.mark.parametrize(
    ("taken", "found"),
    [
        (3, []),
        (4, [Kind.SEAT_BEYOND_CAP]),
        (6, [Kind.SEAT_BEYOND_CAP, Kind.SEAT_BEYOND_CAP]),
    ],
)
def test_seats_are_within_every_node_above_and_within_the_openings(taken: int, found: list[Kind]) -> None:
    assert kinds(seats.within(FRAME, [Taken("r", NODE, "v", taken, 0)])) == found


def test_a_vacancy_that_was_not_in_the_market_has_no_seat() -> None:
    assert kinds(seats.within(FRAME, [Taken("r", NODE, "w", 1, 1)])) == [Kind.SEAT_BEYOND_CAP]


def test_seats_are_counted() -> None:
    held = [Taken("r", NODE, "v", 3, 2)]
    assert kinds(seats.tallied(held, {("r", NODE): Tally(NOW, 2)})) == []
    assert kinds(seats.tallied(held, {("r", NODE): Tally(NOW, 3)})) == [Kind.TALLY_DIFFERS]
    assert kinds(seats.tallied([], {("r", NODE): Tally(NOW, 1)})) == [Kind.TALLY_DIFFERS]


@pytest.mark.parametrize(
    ("vacancy", "partnership", "at_work", "found"),
    [
        ("v", None, set(), [Kind.OFFER_OUTLIVED]),
        (None, NODE, set(), [Kind.OFFER_OUTLIVED]),
        ("v", NODE, set(), [Kind.OFFER_OUTLIVED]),
        ("v", None, {("end_vacancy_offers", "w"), ("end_partnership_offers", NODE)}, [Kind.OFFER_OUTLIVED]),
        ("v", None, {("end_vacancy_offers", "v")}, []),
        ("v", NODE, {("end_partnership_offers", NODE)}, []),
    ],
)
def test_an_offer_is_over_with_what_it_is_for_unless_a_job_is_to_end_it(
    vacancy: str | None, partnership: str | None, at_work: set[tuple[str, str]], found: list[Kind]
) -> None:
    standing = {"id": "r:c", "phase": "accepted", "vacancy": vacancy, "partnership": partnership}
    assert kinds(outlived.compare([standing], at_work)) == found


def test_an_offer_is_over_with_its_candidate() -> None:
    found = list(outlived.left([{"id": "r:c", "phase": "cleared", "why": "REJECTED"}]))
    assert kinds(found) == [Kind.OFFER_OUTLIVED]
    assert "cleared" in found[0].what and "REJECTED" in found[0].what


APP = Role(name="jembatan_partners", kind="app", service="partners", connection_limit=1, settings={})


@pytest.mark.parametrize(
    ("schema", "has", "found"),
    [
        ("partners", ["SELECT", "INSERT", "UPDATE", "DELETE"], []),
        ("partners", ["SELECT", "INSERT", "UPDATE"], [Kind.RIGHT_MISSING]),
        ("partners", ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"], [Kind.FOREIGN_RIGHT]),
        ("matching", [], []),
        ("matching", ["SELECT"], [Kind.FOREIGN_RIGHT]),
    ],
)
def test_rights_on_tables(schema: str, has: list[str], found: list[Kind]) -> None:
    rows = [{"role": APP.name, "schema": schema, "name": "t", "rights": has}]
    assert kinds(rights.of_tables([APP], rows)) == found


def test_of_many_findings_the_first_are_named_and_all_are_counted() -> None:
    found = Found()
    found.add(Finding(Kind.HALTED, "partners", str(n), "x") for n in range(MOST + 5))
    assert len(found.findings) == MOST and found.unnamed == {("partners", "HALTED"): 5}


def test_every_kind_says_what_it_means_and_what_to_do() -> None:
    assert len(Kind) == len({kind.meaning for kind in Kind})
    assert all(kind.meaning.endswith(".") and kind.remedy for kind in Kind)
    assert "`jembatan migrate partners`" in Finding(Kind.NOT_MIGRATED, "partners", "x", "y").remedy


def test_the_page_names_every_kind_with_its_meaning_and_its_remedy() -> None:
    page = (Path(__file__).parents[3] / "docs" / "doctor.md").read_text()
    for kind in Kind:
        row = f"| `{kind.name}` | {kind.meaning} | {kind.remedy.replace('{service}', 'SERVICE')} |"
        assert row in page, row
