"""Currencies: ISO 4217, from `pycountry`. Amounts are integers of the currency's minor unit."""

from __future__ import annotations

from functools import cache

# Codes of the standard that nobody is paid in: metals, bond units, special drawing rights, tests and none.
NOT_MONEY = frozenset(
    {"XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"}
)

# ISO 4217, table A.1, column "minor unit", where it is not 2.
_CODES_BY_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_DIGITS = {code: digits for digits, codes in _CODES_BY_DIGITS.items() for code in codes.split()}


@cache
def currencies() -> frozenset[str]:
    """The alphabetic codes of all currencies that an amount can be in."""
    import pycountry

    return frozenset(currency.alpha_3 for currency in pycountry.currencies) - NOT_MONEY


def is_currency(code: str) -> bool:
    """Whether an amount can be in `code`: `CAD`, `IDR`."""
    return code in currencies()


def minor_digits(code: str) -> int:
    """How many decimal digits the minor unit stands for: 2 for `CAD`, 0 for `JPY`, 3 for `KWD`.

    Raises `ValueError` if `code` is no currency.
    """
    if not is_currency(code):
        raise ValueError(f"not a currency of ISO 4217: {code!r}; write three capitals, as in CAD")
    return _DIGITS.get(code, 2)
