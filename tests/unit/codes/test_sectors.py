from __future__ import annotations

from string import ascii_uppercase

import pytest

from jembatan.codes import isic

HAS_NO_SECTION = {4, 34, 40, 44, 48, 54, 57, 67, 76, 83, 89}


def test_rev_4_has_21_sections_and_88_divisions() -> None:
    divisions = [n for s in isic.SECTIONS.values() for n in range(s.first, s.last + 1)]
    assert list(isic.SECTIONS) == list(ascii_uppercase[:21])
    assert len(divisions) == 88
    assert set(divisions) == set(range(1, 100)) - HAS_NO_SECTION


@pytest.mark.parametrize(
    ("sector", "parsed"),
    [
        ("ISIC4-Q", ("Q", None)),
        ("ISIC4-Q.86", ("Q", "86")),
        ("ISIC4-A.03", ("A", "03")),
        ("ISIC4-U.99", ("U", "99")),
    ],
)
def test_a_section_or_a_division_is_a_sector(sector: str, parsed: tuple[str, str | None]) -> None:
    assert isic.parse(sector) == parsed
    assert isic.is_sector(sector)


@pytest.mark.parametrize("division", ["85", "89", "90", "00"])
def test_a_division_of_another_section_is_refused_by_its_range(division: str) -> None:
    with pytest.raises(ValueError, match=f"section Q .* 86 to 88, not {division}"):
        isic.parse(f"ISIC4-Q.{division}")
    assert not isic.is_sector(f"ISIC4-Q.{division}")


@pytest.mark.parametrize(
    "sector", ["", "Q", "ISIC-Q", "ISIC5-R", "ISIC4-V", "ISIC4-q", "ISIC4-Q.", "ISIC4-A.3", "ISIC4-Q\n"]
)
def test_a_sector_names_its_revision_and_section(sector: str) -> None:
    with pytest.raises(ValueError, match="ISIC4-<section A to U>"):
        isic.parse(sector)
    assert not isic.is_sector(sector)


def test_health_is_section_q_and_its_divisions() -> None:
    assert [isic.is_health(s) for s in ("ISIC4-Q", "ISIC4-Q.87", "ISIC4-R", "ISIC4-P.85")] == [
        True,
        True,
        False,
        False,
    ]
    with pytest.raises(ValueError):
        isic.is_health("health")
