"""Programmes' files: those that are here, and what is said of bad ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jembatan.codes import isco08
from jembatan.contracts.matching.rules import MatchingRules
from jembatan.contracts.vacancies.rules import Rule
from jembatan.programmes import BadProgramme, Programmes, load_programme, load_programmes
from jembatan.programmes_matching import matching_rules
from tests.unit.matching.persons import AQUACULTURE, FOLDER, HEALTH, PROGRAMMES

GOOD = """
[programme]
id = "p"
version = "1"
[roster]
months = 12
known = "memory"
basis = "x"
[round]
known = "memory"
basis = "x"
[points]
basis = "x"
[eligibility]
"""


def read(folder: Path, text: str) -> dict[str, MatchingRules]:
    path = folder / "p.toml"
    path.write_text(text)
    return matching_rules(Programmes((load_programme(path),)))


def test_the_programmes_here_are_read_each_for_its_partnership() -> None:
    assert set(PROGRAMMES) == {HEALTH, AQUACULTURE}
    health, fish = PROGRAMMES[HEALTH], PROGRAMMES[AQUACULTURE]
    assert health.meant_for("ID:CA-NB:ISIC4-Q:G2G:1") and health.meant_for("ID:CA-NB:ISIC4-Q:G2G:2")
    assert fish.meant_for("ID:CA-NS:ISIC4-A:P2P:1")
    for other in ("PH:CA-NB:ISIC4-Q:G2G:1", "ID:CA-NS:ISIC4-Q:G2G:1", "ID:CA-NB:ISIC4-Q:P2P:1"):
        assert not health.meant_for(other) and not fish.meant_for(other)


@pytest.mark.parametrize("name", [HEALTH, AQUACULTURE])
def test_every_occupation_is_in_isco(name: str) -> None:
    rules, points = PROGRAMMES[name].eligibility, PROGRAMMES[name].points
    named = [one.isco08 for one in rules.related] + [code for one in rules.related for code in one.counts]
    listed = [one.occupations for one in rules.experience] + [one.occupations for one in points.experience]
    groups = [code for codes in listed for code in codes]
    assert [code for code in named if not isco08.is_unit_group(code)] == []
    assert [code for code in groups if not isco08.is_group(code)] == []


def found_in(value: Any) -> list[Rule]:  # noqa: ANN401
    """Every rule in a model."""
    if isinstance(value, tuple):
        return [rule for one in value for rule in found_in(one)]
    if not hasattr(value, "model_fields_set"):
        return []
    inner = [rule for name in type(value).model_fields for rule in found_in(getattr(value, name))]
    return [value, *inner] if isinstance(value, Rule) else inner


@pytest.mark.parametrize("one", load_programmes(FOLDER).programmes, ids=lambda one: one.name)
def test_every_rule_says_where_it_is_from(one: Any) -> None:  # noqa: ANN401
    rules = found_in(PROGRAMMES[one.name]) + found_in(one.vacancies)
    assert len(rules) > 8
    for rule in rules:
        if rule.known == "source":
            # A source is a law's article or an address.
            assert "." in rule.basis or "article" in rule.basis, rule.basis


def test_fees_never_fall_on_the_worker_in_any_programme() -> None:
    for one in load_programmes(FOLDER).programmes:
        costs = one.vacancies.cost_items_never_worker
        assert costs.refuses and costs.has("anything")


def test_a_programme_without_these_sections_is_none_of_matching(tmp_path: Path) -> None:
    assert read(tmp_path, '[programme]\nid = "p"\nversion = "1"\n') == {}
    assert set(read(tmp_path, GOOD)) == {"p/1"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + "height = 3", ["programme p/1: eligibility.height"]),
        (GOOD.replace("months = 12", "months = 0"), ["roster.months"]),
        (GOOD.replace("months = 12", "months = 12.5").replace('version = "1"', 'version = "2"'), ["p/2"]),
        (GOOD + 'age = { min = 18, known = "hearsay", basis = "x" }', ["eligibility.age.known"]),
        (GOOD + "age = { min = 18 }", ["eligibility.age.basis", "eligibility.age.known"]),
        (
            GOOD + 2 * '[[eligibility.documents]]\nkind = "A"\nknown = "source"\nbasis = "x"\n',
            ["named twice in [eligibility]: documents: A"],
        ),
        (
            '[programme]\nid = "p"\nversion = "1"\n[points]\nbasis = "x"',
            ["p/1: roster.months", "p/1: round.basis"],
        ),
    ],
)
def test_every_fault_of_a_bad_file_is_named(tmp_path: Path, text: str, said: list[str]) -> None:
    with pytest.raises(BadProgramme) as caught:
        read(tmp_path, text)
    assert [part for part in said if part not in str(caught.value)] == []
