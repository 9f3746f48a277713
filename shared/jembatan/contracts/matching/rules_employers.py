"""What a programme says of selection by employers, and of what comes between contract and departure."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from jembatan.contracts.model import Code, Strict
from jembatan.contracts.vacancies.rules import Rule


def twice(names: list[str]) -> list[str]:
    """Names that are given more than once."""
    return sorted({name for name in names if names.count(name) > 1})


SELECTED, NOT_SELECTED = "SELECTED", "NOT_SELECTED"
SCREENED = (SELECTED, NOT_SELECTED)


class SelectionClass(Strict):
    """A class into which employers put candidates; a higher tier stands before every lower one."""

    outcome: Code
    tier: Annotated[int, Field(ge=0, le=100, strict=True)]


class SelectionRule(Rule):
    """The section `[selection]`: what employers say of candidates before the freeze.

    `none`: nothing, the roster alone counts. `screen`: SELECTED or NOT_SELECTED, and who was not selected is
    not eligible. `classes`: the class is the tier. Each outcome has one of the `reasons`.
    """

    kind: Literal["none", "screen", "classes"] = "none"
    classes: tuple[SelectionClass, ...] = ()
    reasons: tuple[Code, ...] = ()

    @property
    def outcomes(self) -> tuple[str, ...]:
        """What can be recorded."""
        return SCREENED if self.kind == "screen" else tuple(one.outcome for one in self.classes)

    @property
    def tiers(self) -> dict[str, int]:
        """The tier of each class."""
        return {one.outcome: one.tier for one in self.classes}

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.kind == "classes") != bool(self.classes):
            raise ValueError("`classes` are named where the kind is classes, and only there")
        if (self.kind == "none") == bool(self.reasons):
            raise ValueError("`reasons` are named where employers select, and only there")
        if twins := [*twice(list(self.outcomes)), *twice(list(self.reasons))]:
            raise ValueError(f"named twice: {', '.join(twins)}")
        return self


NO_SELECTION = SelectionRule(basis="The programme's file names no selection.", known="source")


class ClearanceRule(Rule):
    """A clearance of this kind; known from a source, nobody departs without it."""

    kind: Code


class PlacementRule(Strict):
    """The section `[placement]`: what comes between the contract and the departure."""

    clearances: tuple[ClearanceRule, ...] = ()
