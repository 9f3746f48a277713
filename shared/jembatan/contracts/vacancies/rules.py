"""What a programme asks of job orders, as its file says it."""

from typing import Annotated, Literal

from pydantic import Field

from jembatan.contracts.model import Code, Positive, Strict, Text

ANY = "*"
Teer = Annotated[int, Field(ge=0, le=5)]


class Rule(Strict):
    """A rule and its basis: a law's article or a source. One known from memory warns, never refuses."""

    basis: Text
    known: Literal["source", "memory"]

    @property
    def refuses(self) -> bool:
        return self.known == "source"


class WorkerCosts(Rule):
    """Items of cost that a worker never pays (ILO 2019, definition of recruitment fees and related costs).

    `*` is every item.
    """

    items: tuple[Code | Literal["*"], ...] = Field(min_length=1)

    def has(self, item: str) -> bool:
        return ANY in self.items or item in self.items


class TeerRule(Rule):
    """A rule for occupations of these TEER (NOC 2021)."""

    teer: tuple[Teer, ...] = Field(min_length=1)


class MinMonths(TeerRule):
    """Work of these TEER lasts at least so many months."""

    months: Positive


NO_COST_AT_ALL = WorkerCosts(
    items=("*",),
    known="source",
    basis="ILO, General principles and definition of recruitment fees and related costs, 2019",
)


class VacancyRules(Strict):
    """The section `[vacancies]` of a programme's file. Without a programme, no cost may be the worker's.

    `verification`: the origin's mission verifies each order before it is posted. `excluded_teer`,
    `min_months` and `permanent_only`: the host programme's own exclusions.
    """

    verification: bool = False
    cost_items_never_worker: WorkerCosts = NO_COST_AT_ALL
    excluded_teer: TeerRule | None = None
    min_months: MinMonths | None = None
    permanent_only: TeerRule | None = None

    @property
    def needs_noc(self) -> bool:
        rules = (self.excluded_teer, self.min_months, self.permanent_only)
        return any(rule is not None and rule.refuses for rule in rules)
