from __future__ import annotations

import pytest

from jembatan.codes import iso3166

PARTS = "AB BC MB NB NL NS NT NU ON PE QC SK YT"
CANADA = {f"CA-{part}" for part in PARTS.split(" ")}


def test_canada_has_ten_provinces_and_three_territories() -> None:
    assert {code for code in iso3166.subdivisions() if code.startswith("CA-")} == CANADA


def test_the_lists_have_the_size_of_the_standard() -> None:
    assert len(iso3166.countries()) == 249
    assert len(iso3166.subdivisions()) > 5_000


@pytest.mark.parametrize("code", ["ID", "CA", "PH", "CA-NB", "ID-JB", "GB-ENG"])
def test_a_country_or_a_subdivision_is_a_jurisdiction(code: str) -> None:
    assert iso3166.is_jurisdiction(code)
    assert iso3166.is_country(code) == (len(code) == 2)


@pytest.mark.parametrize(
    "code", ["", "id", "IDN", "EU", "UK", "CA-XX", "CA-nb", "CA-", "-NB", "CA NB", "CA-NB "]
)
def test_anything_else_is_not(code: str) -> None:
    assert not iso3166.is_jurisdiction(code)
    assert not iso3166.is_country(code)


@pytest.mark.parametrize(
    ("place", "jurisdiction"),
    [
        ("CA-NB", "CA-NB"),
        ("CA-NB", "CA"),
        ("CA", "CA"),
        ("GB-KEN", "GB-ENG"),
        ("GB-KEN", "GB"),
        ("ID-JB", "ID"),
    ],
)
def test_a_place_is_within_itself_and_all_above_it(place: str, jurisdiction: str) -> None:
    assert iso3166.is_within(place, jurisdiction)


@pytest.mark.parametrize(
    ("place", "jurisdiction"),
    [
        ("CA-NB", "CA-NS"),
        ("CA", "CA-NB"),
        ("CA-NB", "ID"),
        ("CA-XX", "CA"),
        ("XX", "XX"),
        ("GB-ENG", "GB-KEN"),
    ],
)
def test_a_place_is_not_within_a_neighbour_a_part_or_nonsense(place: str, jurisdiction: str) -> None:
    assert not iso3166.is_within(place, jurisdiction)
