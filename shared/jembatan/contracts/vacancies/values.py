"""The parts of a job order and of the vacancy that it becomes."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from jembatan.contracts.model import Code, Count, Id, MinorUnits, Model, Positive, State, Strict, Time
from jembatan.contracts.partners.values import Jurisdiction, Name, PartnershipId

Isco08 = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
"""An ISCO-08 unit group."""

Noc2021 = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
"""A unit group of Canada's National Occupational Classification 2021; its second digit is the TEER."""

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""ISO 4217."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
"""BCP 47."""

Level = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.+-]{1,8}$")]
"""A level in its framework, as that writes it: `7` in CLB, `B1` in CEFR. None is converted into another."""

Hours = Annotated[Decimal, Field(gt=0, le=168, max_digits=4, decimal_places=1)]


class WageUnit(StrEnum):
    HOUR = "HOUR"
    WEEK = "WEEK"
    MONTH = "MONTH"
    YEAR = "YEAR"


class Wage(Model):
    """From `min` to `max`, in minor units of the currency, for each unit of time."""

    min: MinorUnits
    max: MinorUnits
    currency: Currency
    unit: WageUnit


class Contract(Model):
    """Permanent, or for a number of months."""

    permanent: bool
    months: Positive | None = None


class Floor(StrEnum):
    """Who asks for a level: the host's immigration law, the licensing body, or the employer."""

    IMMIGRATION = "IMMIGRATION"
    LICENCE = "LICENCE"
    EMPLOYER = "EMPLOYER"


class LanguageFloor(Model):
    """The levels that one floor asks for, by skill; a skill left out is not asked for."""

    language: Language
    framework: Code
    listening: Level | None = None
    reading: Level | None = None
    writing: Level | None = None
    speaking: Level | None = None
    floor: Floor


class Licence(Model):
    """A licence of a body, at a stage such as `REGISTERED` or `ELIGIBLE`."""

    body: Code
    stage: Code


class Experience(Model):
    """Paid hours in the occupation, within the last years if they are given."""

    hours: Positive
    within_years: Positive | None = None


class Payer(StrEnum):
    EMPLOYER = "EMPLOYER"
    WORKER = "WORKER"
    ORIGIN = "ORIGIN"
    HOST = "HOST"


class Amount(Model):
    minor: MinorUnits
    currency: Currency


class Cost(Model):
    """A fee or related cost of the recruitment, and who pays it."""

    item: Code
    payer: Payer
    amount: Amount | None = None


class WageReported(Wage, Strict):
    """A wage in a report, where unknown parts are refused; so the classes below."""


class ContractReported(Contract, Strict):
    """A contract in a report."""


class LanguageFloorReported(LanguageFloor, Strict):
    """A language floor in a report."""


class LicenceReported(Licence, Strict):
    """A licence in a report."""


class ExperienceReported(Experience, Strict):
    """Experience in a report."""


class AmountReported(Amount, Strict):
    """An amount in a report."""


class CostReported(Cost, Strict):
    """A cost in a report."""

    amount: AmountReported | None = None


class Phase(StrEnum):
    PENDING = "pending"
    POSTED = "posted"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    FILLED = "filled"

    @property
    def live(self) -> bool:
        return self in (Phase.PENDING, Phase.POSTED, Phase.SUSPENDED)

    @property
    def posted(self) -> bool:
        """Whether it was posted and has not ended."""
        return self in (Phase.POSTED, Phase.SUSPENDED)


class Wait(StrEnum):
    """What a pending vacancy waits for."""

    PARTNERSHIP = "partnership"
    OPENING = "opening"
    VERIFICATION = "verification"


class VacancyOutcome(StrEnum):
    FILLED = "FILLED"
    PARTLY_FILLED = "PARTLY_FILLED"
    UNFILLED = "UNFILLED"


class VacancyState(State):
    """A vacancy after a fact. `closes_on` is an instant; `education` a level of ISCED 2011.

    `verified` says that the mission verified the order as it stands; `outcome` is set when it has closed;
    `filled` counts those who started work, whatever came of it later.
    """

    id: Id
    partnership: PartnershipId
    employer: Id
    title: Name
    isco08: Isco08
    noc2021: Noc2021 | None = None
    teer: Annotated[int, Field(ge=0, le=5)] | None = None
    place: Jurisdiction
    openings: Positive
    filled: Count = 0
    wage: Wage
    hours_week: Hours
    contract: Contract
    languages: tuple[LanguageFloor, ...] = ()
    licence: Licence | None = None
    experience: Experience | None = None
    education: Annotated[int, Field(ge=0, le=8)] | None = None
    costs: tuple[Cost, ...] = ()
    closes_on: Time
    phase: Phase
    waits_for: tuple[Wait, ...] = ()
    verified: bool = False
    outcome: VacancyOutcome | None = None
