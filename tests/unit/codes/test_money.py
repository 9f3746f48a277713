from __future__ import annotations

import pytest

from jembatan.codes import money


@pytest.mark.parametrize(
    ("code", "digits"), [("CAD", 2), ("IDR", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("CLF", 4), ("XOF", 0)]
)
def test_a_currency_has_its_minor_unit(code: str, digits: int) -> None:
    assert money.is_currency(code)
    assert money.minor_digits(code) == digits


def test_every_unusual_minor_unit_belongs_to_a_currency_of_the_standard() -> None:
    assert money._DIGITS.keys() <= money.currencies()


@pytest.mark.parametrize("code", ["", "cad", "CA", "CADD", "XXX", "XTS", "XAU", "DEM", "BTC"])
def test_metals_tests_former_and_unknown_codes_are_not_money(code: str) -> None:
    assert not money.is_currency(code)
    with pytest.raises(ValueError, match="not a currency of ISO 4217"):
        money.minor_digits(code)
