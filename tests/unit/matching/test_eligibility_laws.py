"""Laws of eligibility and points over drawn evidence: more never hurts, order and repetition are nothing."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jembatan.contracts.matching.candidates import CandidateState, Evidence
from jembatan.contracts.vacancies import VacancyState
from services.matching.domain.eligibility import eligibility, warnings
from services.matching.domain.points import points
from services.matching.domain.world import CandidateRow
from tests.unit.matching.persons import AS_OF, HEALTH, PROGRAMMES, floors, state, vacancy

PROGRAMME = PROGRAMMES[HEALTH]
TODAY = AS_OF.date()
days = st.integers(-2000, 0).map(lambda n: TODAY + timedelta(days=n))
later = st.none() | st.integers(-30, 30).map(lambda n: TODAY + timedelta(days=n))
bands = st.sampled_from(["4.0", "5.0", "6.0", "7.0", "7.5", "9.0"])
SKILLS = ("listening", "reading", "writing", "speaking")


@st.composite
def since(draw: st.DrawFn, /, first: str, last: str, **fixed: st.SearchStrategy[Any]) -> dict[str, Any]:
    """A thing of a day that may end later."""
    begun, ends = draw(days), draw(later)
    values = {name: draw(strategy) for name, strategy in fixed.items()}
    return values | {first: begun, last: ends and max(ends, begun)}


@st.composite
def work(draw: st.DrawFn) -> dict[str, Any]:
    begun, length = draw(days), draw(st.integers(0, 1500))
    code = draw(st.sampled_from(["2221", "5321", "9412"]))
    return {
        "isco08": code, "hours": draw(st.integers(1, 8 * (length + 1))),
        "started_on": begun, "ended_on": begun + timedelta(days=length),
    }  # fmt: skip


PARTS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "competence": since(
        "issued_on", "expires_on", isco08=st.sampled_from(["2221", "5321"]), kind=st.just("STR")
    ),
    "documents": since(
        "issued_on", "expires_on", kind=st.sampled_from(["PASSPORT", "MARITAL_STATUS", "OTHER"])
    ),
    "tests": since(
        "taken_on",
        "expires_on",
        kind=st.just("IELTS_GENERAL"),
        language=st.just("en"),
        **dict.fromkeys(SKILLS, bands),
    ),
    "licences": st.fixed_dictionaries(
        {
            "body": st.sampled_from(["NANB", "X"]),
            "stage": st.sampled_from(["ASSESSED", "ELIGIBLE", "REGISTERED", "Y"]),
            "valid_until": later,
        }
    ),
    "experience": work(),
}
evidences = st.fixed_dictionaries(
    {name: st.lists(one, max_size=3) for name, one in PARTS.items()}
    | {
        "birth_date": st.dates(date(1960, 1, 1), date(2012, 1, 1)),
        "citizenship": st.sampled_from(["ID", "MY"]),
        "social_security": st.lists(st.just("JKN"), max_size=1),
        "education": st.none() | st.integers(0, 8),
    }
)
vacancies = st.builds(
    lambda teer, level, floor: vacancy(teer=teer, languages=[floors(level, floor)]),
    st.integers(0, 5),
    st.sampled_from(["4", "6", "7", "8", "10"]),
    st.sampled_from(["LICENCE", "EMPLOYER"]),
)


def row(shows: dict[str, Any], its: CandidateState | None = None) -> CandidateRow:
    return CandidateRow(its or state(), Evidence.model_validate(shows))


def codes(shows: dict[str, Any], where: VacancyState) -> set[str]:
    found = eligibility(row(shows), where, PROGRAMME, AS_OF)
    # That an expired result would do is a kinder reason for the same skill, and not one more.
    return {one.code for one in found if one.code != "E_TEST_EXPIRED"}


@given(evidences, vacancies, st.sampled_from(sorted(PARTS)), st.data())
def test_more_evidence_never_adds_a_reason_nor_takes_a_point(
    shows: dict[str, Any], where: VacancyState, part: str, data: st.DataObject
) -> None:
    more = shows | {part: [*shows[part], data.draw(PARTS[part])]}
    before = eligibility(row(shows), where, PROGRAMME, AS_OF)
    after = eligibility(row(more), where, PROGRAMME, AS_OF)
    assert codes(more, where) <= codes(shows, where)
    assert len(after) <= len(before)
    assert len(warnings(row(more), where, PROGRAMME, AS_OF)) <= len(
        warnings(row(shows), where, PROGRAMME, AS_OF)
    )
    assert points(row(more), PROGRAMME, AS_OF) >= points(row(shows), PROGRAMME, AS_OF)


@given(evidences, vacancies, st.randoms(use_true_random=False))
def test_the_order_of_evidence_is_nothing(shows: dict[str, Any], where: VacancyState, random: Random) -> None:
    mixed = {k: random.sample(v, len(v)) if isinstance(v, list) else v for k, v in shows.items()}
    assert codes(mixed, where) == codes(shows, where)
    assert points(row(mixed), PROGRAMME, AS_OF) == points(row(shows), PROGRAMME, AS_OF)


@given(evidences, vacancies)
def test_every_reason_names_its_place_and_says_what_was_asked_and_found(
    shows: dict[str, Any], where: VacancyState
) -> None:
    for one in eligibility(row(shows), where, PROGRAMME, AS_OF):
        assert one.pointer.startswith(("/evidence/", "/state/"))
        assert one.detail.startswith("Asked: ") and " Found: " in one.detail


@given(evidences, st.integers(0, 3000))
def test_points_are_whole_and_at_most_the_tables_sum(shows: dict[str, Any], days_later: int) -> None:
    earned = points(row(shows), PROGRAMME, AS_OF + timedelta(days=days_later))
    assert isinstance(earned, int)
    assert 0 <= earned <= 100
