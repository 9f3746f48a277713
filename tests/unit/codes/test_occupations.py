from __future__ import annotations

from collections import Counter

import pytest

from jembatan.codes import isco08, noc


def test_isco_has_the_groups_of_the_standard() -> None:
    assert Counter(map(len, isco08.titles())) == {1: 10, 2: 43, 3: 130, 4: 436}


def test_every_isco_group_lies_in_its_parent_and_has_a_title() -> None:
    assert all(len(code) == 1 or code[:-1] in isco08.titles() for code in isco08.titles())
    assert all(title.strip() == title and title for title in isco08.titles().values())


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("2221", "Nursing professionals"),
        ("3221", "Nursing associate professionals"),
        ("5321", "Health care assistants"),
        ("0110", "Commissioned armed forces officers"),
    ],
)
def test_an_occupation_has_its_title(code: str, title: str) -> None:
    assert isco08.is_unit_group(code)
    assert isco08.title(code) == title


@pytest.mark.parametrize("code", ["", "2229", "9999", "22210", "2221 ", "code", "222X"])
def test_no_isco_group_no_title(code: str) -> None:
    assert not isco08.is_group(code)
    assert not isco08.is_unit_group(code)
    with pytest.raises(ValueError, match="no group of ISCO-08"):
        isco08.title(code)


def test_only_four_digits_name_an_occupation() -> None:
    assert isco08.is_group("222")
    assert not isco08.is_unit_group("222")


def test_a_group_holds_its_own() -> None:
    assert all(isco08.is_in_group("2221", group) for group in ("2221", "222", "22", "2"))
    assert not isco08.is_in_group("222", "2221")
    assert not isco08.is_in_group("3221", "2")
    assert not isco08.is_in_group("2221", "")
    assert not isco08.is_in_group("2229", "222")


@pytest.mark.parametrize(
    ("code", "teer"), [("31301", 1), ("32101", 2), ("33102", 3), ("44101", 4), ("00010", 0), ("85100", 5)]
)
def test_the_second_digit_is_the_teer(code: str, teer: int) -> None:
    assert noc.is_code(code)
    assert noc.teer(code) == teer


@pytest.mark.parametrize(
    "code", ["", "3130", "313011", "36301", "39999", "3130x", "３１３０１", "31301\n", " 31301"]
)
def test_another_form_is_no_noc_code(code: str) -> None:
    assert not noc.is_code(code)
    with pytest.raises(ValueError, match="not a NOC 2021 code"):
        noc.teer(code)
