"""Reports about placements and selections that a step of an example asks for."""

from __future__ import annotations

from typing import Any

from cli.demo.files import Placing, Selecting
from cli.demo.placing import FITS, placings, selection
from cli.demo.story.known import Known
from jembatan.contracts.matching.candidates import CandidateState
from jembatan.contracts.matching.offers import OfferPhase, OfferState
from jembatan.contracts.matching.placement_values import PlacementPhase, PlacementState
from jembatan.contracts.registry import REPORTS
from tests.unit.matching.made import ANSWER, NB, REVEAL, candidate, vacancy

SOURCES = {"horizon": "urn:h", "visa": "urn:v"}
AT = "2026-05-01T00:00:00Z"


def offer(number: int, where: str = "v1", phase: OfferPhase = OfferPhase.ACCEPTED) -> OfferState:
    return OfferState(
        id=f"r1:c{number}", round="r1", candidate=f"c{number}", vacancy=where, partnership=NB, phase=phase,
        extended_at=REVEAL, answer_by=ANSWER,
    )  # fmt: skip


def placement(number: int, phase: PlacementPhase, **more: Any) -> PlacementState:  # noqa: ANN401
    pair = offer(number).model_dump(include={"id", "round", "candidate", "vacancy", "partnership"})
    own = {"employer": "horizon", "phase": phase, "seat_held": True, "signed_on": "2026-03-01"}
    return PlacementState.model_validate(pair | own | more)


def known() -> Known:
    found = Known()
    found.vacancies = {name: vacancy(name) for name in ("v1", "v2")}
    offers = [offer(3), offer(1), offer(2, "v2"), offer(4, phase=OfferPhase.DECLINED), offer(5)]
    found.offers = {one.id: one for one in offers}
    found.placements = {"r1:c5": placement(5, PlacementPhase.CONTRACTED, granted=("VISA",))}
    return found


def asked(report: str, **more: Any) -> tuple[Placing, ...]:  # noqa: ANN401
    return (Placing.model_validate({"partnership": NB, "report": report, "at": AT, "data": {}} | more),)


def who(many: tuple[Placing, ...]) -> list[str]:
    return [one.subject for wave in placings(many, known(), SOURCES) for one in wave.reports]


SIGNED = {"data": {"signed_on": "2026-03-01"}}


def test_those_who_are_far_enough_in_order_of_their_ids() -> None:
    assert who(asked("contract.signed", **SIGNED)) == ["r1:c1", "r1:c2", "r1:c3"]
    assert who(asked("contract.signed", vacancy="v1", **SIGNED)) == ["r1:c1", "r1:c3"]
    assert who(asked("contract.signed", skip=1, most=1, **SIGNED)) == ["r1:c2"]
    assert who(asked("arrival.recorded", data={"arrived_on": "2026-04-01"})) == []


def test_nobody_has_the_same_clearance_granted_twice() -> None:
    assert who(asked("clearance.granted", reporter="visa", data={"kind": "VISA"})) == []
    assert who(asked("clearance.granted", reporter="visa", data={"kind": "ORIENTATION"})) == ["r1:c5"]


def test_the_employer_reports_unless_another_is_named_and_ids_differ_by_kind() -> None:
    (wave,) = placings(asked("contract.signed", **SIGNED), known(), SOURCES)
    assert {one.source for one in wave.reports} == {"urn:h"}
    both = [
        *asked("clearance.granted", reporter="visa", data={"kind": "ORIENTATION"}),
        *asked("clearance.granted", reporter="visa", data={"kind": "CARD"}),
    ]
    reports = [one for wave in placings(tuple(both), known(), SOURCES) for one in wave.reports]
    assert {one.source for one in reports} == {"urn:v"}
    assert len({one.id for one in reports}) == len(reports) == 2
    assert all(one.must for one in reports)


def test_every_report_about_a_placement_can_be_asked_for() -> None:
    made = "jembatan.contracts.matching.placement_reports"
    assert set(FITS) == {name for name, event in REPORTS.items() if event.model.__module__ == made}


def test_a_selection_is_of_those_in_the_roster_who_want_the_vacancy() -> None:
    found = Known()
    people = [
        candidate(name, *wished).state for name, wished in (("c2", ["v1"]), ("c1", ["v1"]), ("c3", ["v2"]))
    ]
    gone = CandidateState.model_validate(people[0].model_dump() | {"id": "c0", "phase": "delisted"})
    found.candidates = {one.id: one for one in (*people, gone)}
    outcomes = [{"outcome": "A", "reason": "X", "number": 1}, {"outcome": "B", "reason": "Y", "number": 9}]
    how = Selecting.model_validate({"vacancy": "v1", "reporter": "horizon", "at": AT, "outcomes": outcomes})
    (wave,) = selection(how, found, SOURCES)
    assert [one.subject for one in wave.reports] == ["c1", "c2"]
    assert b'"outcome":"A"' in wave.reports[0].encoded.value.replace(b" ", b"")
    assert b'"outcome":"B"' in wave.reports[1].encoded.value.replace(b" ", b"")
