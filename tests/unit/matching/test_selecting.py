"""Selection by the employer: every way of it, every refusal, what stays private, and the tier."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from jembatan.contracts.deciding import Decided, Input, InputKind, Outcome, Refused
from jembatan.contracts.matching.candidates import SelectionRecordedReport
from jembatan.contracts.matching.rules import MatchingRules
from jembatan.contracts.matching.rules_employers import SelectionRule
from jembatan.contracts.reporters import Reporter
from services.matching.domain import MatchingDomain, freezing
from services.matching.domain.candidates_rules import programme_rules
from services.matching.domain.eligibility import eligibility, warnings
from services.matching.domain.world import CandidateRow, World
from tests.unit.matching.made import reporter, round_state
from tests.unit.matching.persons import AS_OF, HEALTH, NAME, PROGRAMMES, person, state, vacancy

AT = AS_OF - timedelta(days=1)
POST = vacancy()
REASONS = ("INTERVIEW_PASSED", "WRONG_WARD")
SCREEN = {"kind": "screen", "reasons": REASONS}
CLASSES = {
    "kind": "classes",
    "classes": [{"outcome": "FIRST", "tier": 2}, {"outcome": "SECOND", "tier": 1}],
    "reasons": REASONS,
}


def programme(known: str = "source", **selection: Any) -> MatchingRules:  # noqa: ANN401
    rule = {"basis": "agreed", "known": known, **selection}
    return MatchingRules.model_validate(PROGRAMMES[HEALTH].model_dump() | {"selection": rule})


class Desk:
    """One rostered candidate who fits a vacancy, and a programme."""

    def __init__(self, **selection: Any) -> None:  # noqa: ANN401
        self.programme = programme(**selection)
        self.rules = programme_rules({HEALTH: self.programme})
        self.world = World(candidates={NAME: person()}, vacancies={POST.id: POST})
        self.domain = MatchingDomain(self.rules)
        self.outcome: Outcome = Decided()

    def select(
        self,
        outcome: str = "SELECTED",
        reason: str = REASONS[0],
        who: Reporter | None = None,
        subject: str = NAME,
        **more: str,
    ) -> list[str]:
        data = {"vacancy": POST.id, "outcome": outcome, "reason": reason} | more
        who = who or reporter("horizon")
        parsed = SelectionRecordedReport.model_validate(data)
        item = Input(InputKind.REPORT, "selection.recorded", subject, parsed, AT, who.source, "1", who)
        self.outcome = self.domain.decide(self.world, item)
        if isinstance(self.outcome, Refused):
            return [one.code for one in self.outcome.reasons]
        for fact in self.outcome.facts:
            self.domain.evolve(self.world, fact, item)
        for note in self.outcome.notes:
            self.domain.evolve(self.world, note, item)
        return [fact.type for fact in self.outcome.facts]

    @property
    def row(self) -> CandidateRow:
        return self.world.candidates[NAME]

    def against(self) -> list[tuple[str, str]]:
        found = eligibility(self.row, POST, self.programme, AS_OF)
        return [(one.code, one.pointer) for one in found]


def test_without_a_selection_nobody_is_asked_and_none_is_taken() -> None:
    desk = Desk(kind="none")
    assert desk.against() == []
    assert desk.select() == ["NO_SELECTION"]
    assert desk.rules[HEALTH].tier(desk.row, POST.id) == 0


def test_a_screen_lets_in_who_was_selected_and_nobody_else() -> None:
    desk = Desk(**SCREEN)
    refused = [("E_NOT_SELECTED", "/evidence/selections")]
    assert desk.against() == refused
    assert desk.select() == ["candidate.selection_recorded"]
    assert desk.against() == []
    assert desk.select("NOT_SELECTED", "WRONG_WARD") == ["candidate.selection_recorded"]
    assert desk.against() == refused
    detail = eligibility(desk.row, POST, desk.programme, AS_OF)[0].detail
    assert "NOT_SELECTED, WRONG_WARD" in detail
    assert "agreed" in detail
    assert desk.rules[HEALTH].tier(desk.row, POST.id) == 0


def test_a_selection_for_another_vacancy_says_nothing_of_this_one() -> None:
    desk = Desk(**SCREEN)
    other = vacancy(id="horizon-rn-2")
    desk.world.vacancies[other.id] = other
    assert desk.select(vacancy=other.id) == ["candidate.selection_recorded"]
    assert desk.against() == [("E_NOT_SELECTED", "/evidence/selections")]
    assert eligibility(desk.row, other, desk.programme, AS_OF) == ()


def test_a_screen_that_is_known_from_memory_only_warns() -> None:
    desk = Desk(known="memory", **SCREEN)
    assert desk.against() == []
    assert "E_NOT_SELECTED" in [one.code for one in warnings(desk.row, POST, desk.programme, AS_OF)]


def test_a_class_is_the_tier_and_refuses_nobody() -> None:
    desk = Desk(**CLASSES)
    tiers = [desk.rules[HEALTH].tier(desk.row, POST.id)]
    for outcome in ("SECOND", "FIRST"):
        assert desk.select(outcome) == ["candidate.selection_recorded"]
        tiers.append(desk.rules[HEALTH].tier(desk.row, POST.id))
    assert tiers == [0, 1, 2]
    assert desk.against() == []


def test_the_tiers_enter_the_round_by_eligible_preference() -> None:
    desk = Desk(**CLASSES)
    other = vacancy(id="horizon-rn-2")
    desk.select("FIRST")
    fixed = {one.id: freezing.FixedVacancy(state=one, openings=1) for one in (POST, other)}
    frame = freezing.Frame(nodes=(), vacancies=fixed, left_out={})
    row = CandidateRow(state(preferences=(other.id, POST.id)), desk.row.evidence)
    entry = freezing.enter(round_state(as_of=AS_OF), frame, desk.rules[HEALTH], row, (), b"s" * 32)
    assert entry is not None
    assert entry.tiers == {other.id: 0, POST.id: 2}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"outcome": "FIRST"}, ["UNKNOWN_OUTCOME"]),
        ({"reason": "A_WHIM"}, ["UNKNOWN_REASON"]),
        ({"vacancy": "horizon-rn-9"}, ["UNKNOWN_VACANCY"]),
        (
            {"outcome": "X", "reason": "Y", "vacancy": "Z"},
            ["UNKNOWN_VACANCY", "UNKNOWN_OUTCOME", "UNKNOWN_REASON"],
        ),
        ({"subject": "kp2mi-c-9"}, ["UNKNOWN_SUBJECT"]),
        ({"who": reporter("x", employers=("x",))}, ["NOT_YOUR_REPORT"]),
        ({"who": reporter("x", jurisdictions=("CA-NS",))}, ["NOT_YOUR_REPORT"]),
        ({"who": reporter("x", origins=("PH",), candidates=("x",))}, ["NOT_YOUR_REPORT", "NOT_YOUR_REPORT"]),
    ],
)
def test_what_is_refused_with_every_reason(data: dict[str, Any], expected: list[str]) -> None:
    desk = Desk(**SCREEN)
    before = desk.row
    assert desk.select(**data) == expected
    assert desk.row == before


def test_the_same_outcome_again_changes_nothing() -> None:
    desk = Desk(**SCREEN)
    desk.select()
    assert desk.select(note="Again.") == ["NO_CHANGE"]
    assert desk.select(reason="WRONG_WARD") == ["candidate.selection_recorded"]


@pytest.mark.parametrize("phase", ["registered", "delisted"])
def test_only_who_is_rostered_is_selected(phase: str) -> None:
    desk = Desk(**SCREEN)
    desk.world.candidates[NAME] = person(is_={"phase": phase})
    assert desk.select() == ["WRONG_STATE"]


def test_a_vacancy_under_another_programmes_partnership() -> None:
    desk = Desk(**SCREEN)
    desk.world.vacancies[POST.id] = vacancy(partnership="ID:CA-NS:ISIC4-A:P2P:1")
    assert desk.select() == ["PROGRAMME_MISMATCH"]


def test_a_programme_that_is_not_installed_knows_no_selection() -> None:
    desk = Desk(**SCREEN)
    desk.domain = MatchingDomain({})
    assert desk.select() == ["NO_SELECTION"]


def test_the_fact_says_neither_outcome_nor_reason_and_the_evidence_does() -> None:
    desk = Desk(**CLASSES)
    desk.select("SECOND", "WRONG_WARD", note="Asks for nights.")
    assert isinstance(desk.outcome, Decided)
    text = desk.outcome.facts[0].data.model_dump_json()
    assert not [one for one in ("SECOND", "WRONG_WARD", "nights") if one in text]
    assert POST.id in text
    (found,) = desk.row.evidence.selections
    assert (found.outcome, found.reason, found.note, found.at) == (
        "SECOND", "WRONG_WARD", "Asks for nights.", AT,
    )  # fmt: skip


def test_a_selection_after_the_closing_leaves_the_round_what_was_before() -> None:
    desk = Desk(**CLASSES)
    desk.world.freezing = {"kp2mi-r1": AT - timedelta(hours=1)}
    desk.select("FIRST")
    kept = desk.world.kept["kp2mi-r1", NAME]
    assert kept is not None
    assert kept.evidence.selections == ()


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "classes", "reasons": REASONS},
        {"kind": "screen", "reasons": REASONS, "classes": CLASSES["classes"]},
        {"kind": "screen"},
        {"kind": "none", "reasons": REASONS},
        {"kind": "classes", "reasons": REASONS, "classes": [{"outcome": "A", "tier": -1}]},
        {"kind": "classes", "reasons": REASONS, "classes": 2 * [{"outcome": "A", "tier": 1}]},
        {"kind": "screen", "reasons": ("A", "A")},
        {"kind": "lottery", "reasons": REASONS},
    ],
)
def test_a_section_that_contradicts_itself(rule: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SelectionRule.model_validate({"basis": "x", "known": "source"} | rule)
