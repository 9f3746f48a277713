"""The registry of schemes: by which way workers are placed, and what that asks before opening."""

from typing import Literal

from pydantic import Field, model_validator

from jembatan.contracts.model import Strict, Text
from jembatan.contracts.partners.values import InstrumentKind, SchemeCode


class Scheme(Strict):
    """One scheme: who contracts, who places, and the kinds of which one binding instrument must be in effect.

    Without `instruments` it may open without any. `safeguarded`: it stays open to origins on the health
    workforce safeguards list, since governments agreed on it.
    """

    code: SchemeCode
    title: Text
    contracts: Text
    places: Text
    instruments: tuple[InstrumentKind, ...] = ()
    safeguarded: bool = False
    basis: Text
    known: Literal["source", "memory"]

    @model_validator(mode="after")
    def _refuses_by_sources_only(self) -> "Scheme":
        if self.known == "memory" and self.instruments:
            raise ValueError(f"{self.code}: what is known from memory may not ask for instruments")
        return self


class Schemes(Strict):
    """The file `schemes.toml`."""

    scheme: tuple[Scheme, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _without_twins(self) -> "Schemes":
        codes = [one.code for one in self.scheme]
        twins = sorted({code for code in codes if codes.count(code) > 1})
        if twins:
            raise ValueError(f"schemes with the same code: {', '.join(twins)}")
        return self
