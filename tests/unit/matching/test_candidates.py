"""A candidate's life: each report in each phase, what is refused and why, and what a frozen round keeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jembatan.contracts.deciding import Decided, Input, InputKind, Outcome, Refused
from jembatan.contracts.matching.candidates import CandidateState, Evidence
from jembatan.contracts.model import changed_fields
from jembatan.contracts.registry import REPORTS
from jembatan.contracts.reporters import Reporter
from services.matching.domain import candidates
from services.matching.domain.candidates_rules import programme_rules
from services.matching.domain.world import CandidateRow, World
from tests.unit.matching.persons import (
    AQUACULTURE,
    EVIDENCE,
    HEALTH,
    NAME,
    PROGRAMMES,
    evidence,
    state,
    vacancy,
)

AT = datetime(2026, 1, 5, 12, tzinfo=UTC)
RULES = programme_rules(PROGRAMMES)
VACANCIES = [f"horizon-{number}" for number in range(25)]
NEW: dict[str, Any] = {"origin": "ID", "evidence": EVIDENCE}
PHASES = ("registered", "rostered", "delisted")


def reporter(code: str = "kp2mi", **scope: Any) -> Reporter:  # noqa: ANN401
    return Reporter(code=code, source=f"urn:example:{code}", types=("*",), **scope)


def report(
    name: str,
    subject: str = NAME,
    by: Reporter | None = None,
    at: datetime = AT,
    **data: Any,  # noqa: ANN401
) -> Input:
    by, parsed = by or reporter(), REPORTS[name].model.model_validate(data)
    return Input(InputKind.REPORT, name, subject, parsed, at, by.source, "1", by)


def deadline(at: datetime) -> Input:
    return Input(InputKind.DEADLINE, "candidate.roster_ends", NAME, None, at)


def world(phase: str | None = None, **changes: Any) -> World:  # noqa: ANN401
    """A world with some vacancies, and the candidate unless the phase is None."""
    known = {name: vacancy(id=name) for name in VACANCIES}
    if phase is None:
        return World(vacancies=known)
    its = state(phase=phase, **({"roster": None} if phase == "registered" else {}) | changes)
    return World(vacancies=known, candidates={NAME: CandidateRow(its, evidence())})


def decide(before: World, item: Input) -> Outcome:
    return candidates.decide(before, item, RULES)


def codes(outcome: Outcome) -> list[tuple[str, str]]:
    assert isinstance(outcome, Refused), outcome
    return [(one.code, one.pointer) for one in outcome.reasons]


def _apply(before: World, outcome: Decided, item: Input) -> None:
    for fact in outcome.facts:
        candidates.evolve(before, fact, item)
    for note in outcome.notes:
        candidates.evolve(before, note, item)


def after(before: World, item: Input) -> tuple[str, CandidateRow]:
    """Decide and evolve as the engine does: the fact's name and the row after it."""
    outcome = decide(before, item)
    assert isinstance(outcome, Decided), outcome
    (draft,) = outcome.facts
    old = before.candidates.get(NAME)
    _apply(before, outcome, item)
    row = before.candidates[NAME]
    fact: Any = draft.data
    assert fact.state == row.state
    assert fact.changed == changed_fields(old.state if old else None, row.state)
    return draft.type, row


REPORTED: dict[str, dict[str, Any]] = {
    "candidate.registered": NEW,
    "candidate.verified": {"programme": HEALTH},
    "candidate.rejected": {"reason": "NOT_GENUINE", "note": "The school has no record."},
    "candidate.amended": {"evidence": {"education": 7}},
    "candidate.withdrawn": {},
    "preferences.confirmed": {"preferences": ["horizon-2", "horizon-1"]},
}
LEADS = {
    (None, "candidate.registered"): "candidate.registered",
    ("registered", "candidate.verified"): "candidate.rostered",
    ("registered", "candidate.rejected"): "candidate.delisted",
    ("registered", "candidate.amended"): "candidate.changed",
    ("registered", "candidate.withdrawn"): "candidate.delisted",
    ("rostered", "candidate.rejected"): "candidate.delisted",
    ("rostered", "candidate.amended"): "candidate.changed",
    ("rostered", "candidate.withdrawn"): "candidate.delisted",
    ("rostered", "preferences.confirmed"): "candidate.preferences_confirmed",
    ("delisted", "candidate.registered"): "candidate.registered",
}


@pytest.mark.parametrize("name", REPORTED)
@pytest.mark.parametrize("phase", [None, *PHASES])
def test_every_report_in_every_phase(phase: str | None, name: str) -> None:
    before, item = world(phase), report(name, **REPORTED[name])
    if leads := LEADS.get((phase, name)):
        assert after(before, item)[0] == leads
        assert leads in REPORTS[name].leads_to
    else:
        expected = "UNKNOWN_SUBJECT" if phase is None else "WRONG_STATE"
        outcome = decide(before, item)
        assert codes(outcome) == [(expected, "/subject")]
        assert isinstance(outcome, Refused)
        assert (phase or NAME) in outcome.reasons[0].detail


def test_a_whole_life() -> None:
    here = world()
    _, row = after(here, report("candidate.registered", **NEW))
    assert row == CandidateRow(CandidateState(id=NAME, origin="ID", phase="registered"), evidence())
    _, row = after(here, report("candidate.verified", programme=HEALTH))
    assert row.state.roster is not None
    assert (row.state.roster.starts_at, row.state.roster.ends_at) == (AT, AT.replace(year=2027))
    wished = ("horizon-2", "horizon-1")
    _, row = after(here, report("preferences.confirmed", preferences=wished))
    assert (row.state.preferences, row.state.confirmed_at) == (wished, AT)
    ends = AT.replace(year=2027)
    name, row = after(here, deadline(ends))
    assert (name, row.state.phase, row.state.preferences) == ("candidate.delisted", "delisted", ())
    assert row.evidence == evidence()


@pytest.mark.parametrize(
    ("programme", "begins", "ends"),
    [
        (HEALTH, "2027-02-28T23:00:00+00:00", "2028-02-28T23:00:00+00:00"),
        (AQUACULTURE, "2027-08-31T23:00:00+00:00", "2028-02-29T23:00:00+00:00"),
        (AQUACULTURE, "2027-03-01T02:00:00+07:00", "2027-08-28T19:00:00+00:00"),
    ],
)
def test_the_programme_sets_the_time_in_the_roster(programme: str, begins: str, ends: str) -> None:
    item = report("candidate.verified", at=datetime.fromisoformat(begins), programme=programme)
    _, row = after(world("registered"), item)
    assert row.state.roster is not None
    assert row.state.roster.ends_at.isoformat() == ends


def test_why_somebody_was_rejected_is_kept_privately() -> None:
    here = world("rostered")
    item = report("candidate.rejected", **REPORTED["candidate.rejected"])
    outcome = decide(here, item)
    assert isinstance(outcome, Decided)
    assert "school" not in outcome.facts[0].data.model_dump_json()
    assert "NOT_GENUINE" not in outcome.facts[0].data.model_dump_json()
    _, row = after(here, item)
    assert row.evidence.rejection is not None
    assert (row.evidence.rejection.reason, row.evidence.rejection.at) == ("NOT_GENUINE", AT)
    _, row = after(here, report("candidate.registered", **NEW))
    assert row.evidence.rejection is None


def test_no_fact_carries_anything_of_the_evidence() -> None:
    here = world()
    for name in ("candidate.registered", "candidate.amended", "candidate.verified"):
        outcome = decide(here, report(name, **REPORTED[name]))
        assert isinstance(outcome, Decided)
        said = outcome.facts[0].data.model_dump_json()
        assert not [part for part in Evidence.model_fields if f'"{part}"' in said]
        after(here, report(name, **REPORTED[name]))


def test_amending_replaces_clears_and_keeps() -> None:
    here = world("registered")
    item = report("candidate.amended", evidence={"social_security": ["JKN"]}, clear=["education"])
    name, row = after(here, item)
    assert name == "candidate.changed"
    assert row.evidence == evidence(social_security=["JKN"], education=None)


def test_what_changes_nothing_is_refused() -> None:
    same = report("candidate.amended", evidence={"education": EVIDENCE["education"]})
    assert codes(decide(world("rostered"), same)) == [("NO_CHANGE", "/data/evidence")]
    assert codes(decide(world("rostered"), report("candidate.amended"))) == [("NO_CHANGE", "/data/evidence")]
    listed = world("rostered", preferences=("horizon-1",), confirmed_at=AT)
    again = report("preferences.confirmed", preferences=["horizon-1"])
    assert codes(decide(listed, again)) == [("NO_CHANGE", "/data/preferences")]


def test_an_empty_list_is_confirmed_once() -> None:
    here = world("rostered")
    _, row = after(here, report("preferences.confirmed", preferences=[]))
    assert row.state.confirmed_at == AT
    assert codes(decide(here, report("preferences.confirmed", preferences=[])))[0][0] == "NO_CHANGE"


def test_every_fault_of_a_list_is_named_in_its_place() -> None:
    item = report("preferences.confirmed", preferences=["horizon-1", "gone", "horizon-1", "lost"])
    assert codes(decide(world("rostered"), item)) == [
        ("UNKNOWN_VACANCY", "/data/preferences/1"),
        ("REPEATED", "/data/preferences/2"),
        ("UNKNOWN_VACANCY", "/data/preferences/3"),
    ]


@pytest.mark.parametrize(("programme", "most"), [(HEALTH, 20), (AQUACULTURE, 5)])
def test_the_programme_sets_the_length_of_a_list(programme: str, most: int) -> None:
    its = {"programme": programme, "starts_at": AT, "ends_at": AT + timedelta(days=9)}
    after(world("rostered", roster=its), report("preferences.confirmed", preferences=VACANCIES[:most]))
    too_long = report("preferences.confirmed", preferences=VACANCIES[: most + 1])
    found = codes(decide(world("rostered", roster=its), too_long))
    assert found == [("TOO_MANY_PREFERENCES", "/data/preferences")]


def test_a_programme_must_be_known() -> None:
    outcome = decide(world("registered"), report("candidate.verified", programme="nowhere/1"))
    assert codes(outcome) == [("UNKNOWN_PROGRAMME", "/data/programme")]
    assert isinstance(outcome, Refused)
    assert HEALTH in outcome.reasons[0].detail


@pytest.mark.parametrize(
    ("scope", "name"),
    [({"origins": ("PH",)}, name) for name in REPORTED]
    + [({"candidates": ("dmw",)}, name) for name in REPORTED],
)
def test_nobody_reports_for_another(scope: dict[str, Any], name: str) -> None:
    phase = next(phase for phase, known in LEADS if known == name)
    outcome = decide(world(phase), report(name, by=reporter(**scope), **REPORTED[name]))
    assert [code for code, _ in codes(outcome)] == ["NOT_YOUR_REPORT"]


@pytest.mark.parametrize(
    ("subject", "expected"), [("dmw-c-1", ["NOT_YOUR_REPORT"]), ("kp2mic-1", ["NOT_YOUR_REPORT"])]
)
def test_an_id_begins_with_the_code_of_who_registers(subject: str, expected: list[str]) -> None:
    outcome = decide(world(), report("candidate.registered", subject, **NEW))
    assert [code for code, _ in codes(outcome)] == expected


@pytest.mark.parametrize("subject", ["ID", "ID:CA-NB"])
def test_an_id_may_not_look_like_a_partnerships(subject: str) -> None:
    outcome = decide(world(), report("candidate.registered", subject, reporter("ID"), **NEW))
    assert codes(outcome) == [("BAD_ID", "/subject")]


def test_what_cannot_be_known_yet_is_named_everywhere_at_once() -> None:
    ahead, today = (AT + timedelta(days=2)).date(), (AT + timedelta(days=1)).date()
    shown = {
        "birth_date": ahead,
        "competence": [{"isco08": "2221", "kind": "STR", "issued_on": ahead}],
        "documents": [{"kind": "PASSPORT", "issued_on": today}, {"kind": "OTHER", "issued_on": ahead}],
        "tests": [{"kind": "TEF", "language": "fr", "taken_on": ahead}],
        "experience": [{"isco08": "2221", "hours": 5, "started_on": today, "ended_on": ahead}],
    }
    expected = [
        ("DATED_AHEAD", f"/data/evidence/{where}")
        for where in (
            "birth_date", "competence/0/issued_on", "documents/1/issued_on", "tests/0/taken_on",
            "experience/0/ended_on",
        )
    ]  # fmt: skip
    new = report("candidate.registered", origin="ID", evidence=EVIDENCE | shown)
    assert codes(decide(world(), new)) == expected
    assert codes(decide(world("rostered"), report("candidate.amended", evidence=shown))) == expected


def test_a_part_is_not_given_and_cleared_at_once() -> None:
    item = report("candidate.amended", evidence={"education": 7}, clear=["health", "education"])
    assert codes(decide(world("rostered"), item)) == [("CONTRADICTION", "/data/clear/1")]


def test_all_reasons_come_at_once() -> None:
    item = report("preferences.confirmed", by=reporter(origins=("PH",)), preferences=["gone"])
    assert [code for code, _ in codes(decide(world("delisted"), item))] == [
        "NOT_YOUR_REPORT", "WRONG_STATE", "UNKNOWN_VACANCY",
    ]  # fmt: skip


def test_a_roster_ends_only_when_it_does() -> None:
    roster = state().roster
    assert roster is not None
    early = deadline(roster.ends_at - timedelta(seconds=1))
    assert decide(world("rostered"), early) == Decided()
    for phase in ("registered", "delisted", None):
        assert decide(world(phase), deadline(roster.ends_at)) == Decided()
    outcome = decide(world("rostered"), deadline(roster.ends_at))
    assert isinstance(outcome, Decided)
    assert outcome.facts[0].data.model_dump(mode="json")["reason"] == "ROSTER_EXPIRED"


def test_the_first_change_after_a_rounds_closing_keeps_the_row_before_it() -> None:
    here = world("rostered")
    here.freezing = {"r-early": AT - timedelta(days=1), "r-now": AT, "r-late": AT + timedelta(days=1)}
    old = here.candidates[NAME]
    after(here, report("candidate.amended", evidence={"education": 7}))
    assert here.kept == {("r-early", NAME): old}
    after(here, report("preferences.confirmed", at=AT + timedelta(hours=1), preferences=["horizon-1"]))
    assert here.kept[("r-early", NAME)] == old
    assert here.kept[("r-now", NAME)] is not old
    assert here.kept[("r-now", NAME)] == CandidateRow(
        old.state, old.evidence.model_copy(update={"education": 7})
    )
    assert ("r-late", NAME) not in here.kept
    assert here.changed.kept == {("r-early", NAME), ("r-now", NAME)}


def test_who_did_not_exist_at_the_closing_is_kept_as_nobody() -> None:
    here = world()
    here.freezing = {"r": AT - timedelta(days=1)}
    after(here, report("candidate.registered", **NEW))
    assert here.kept == {("r", NAME): None}


def test_folding_the_facts_alone_gives_the_same_states_and_no_evidence() -> None:
    here, folded = world(), World()
    for name in (
        "candidate.registered",
        "candidate.verified",
        "preferences.confirmed",
        "candidate.withdrawn",
    ):
        item = report(name, **REPORTED[name])
        outcome = decide(here, item)
        assert isinstance(outcome, Decided)
        candidates.evolve(folded, outcome.facts[0], item)
        after(here, item)
        assert folded.candidates[NAME].state == here.candidates[NAME].state
    assert folded.candidates[NAME].evidence.birth_date.year == 9999


def test_a_strange_change_is_an_error() -> None:
    with pytest.raises(TypeError, match="no change of a candidate"):
        candidates.evolve(world(), vacancy(), report("candidate.withdrawn"))
