"""The parts of partnerships, instruments and caps, and how their ids are made."""

import re
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field, JsonValue, StringConstraints

from jembatan.contracts.model import Code, Count, Day, Model, Positive, State, Strict, Text, moment

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""

Jurisdiction = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
"""ISO 3166-1 alpha-2, or ISO 3166-2: a country, or one of its subdivisions."""

Sector = Annotated[str, StringConstraints(pattern=r"^ISIC4-[A-U](\.[0-9]{2})?$")]
"""ISIC Rev. 4 section, or division: `ISIC4-Q`, `ISIC4-Q.86`. Rev. 5 moved letters, so it is named."""

SchemeCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,15}$")]
"""A scheme of the registry (`programmes/schemes.toml`)."""

Occupation = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,4}$")]
"""An ISCO-08 group of one to four digits; a shorter one takes in all that begin with it."""

Name = Annotated[Text, StringConstraints(max_length=200)]
"""A name or reference of 1 to 200 characters."""

PartnershipId = Annotated[
    str,
    StringConstraints(
        pattern=r"^[A-Z]{2}:[A-Z]{2}(-[A-Z0-9]{1,3})?:ISIC4-[A-U](\.[0-9]{2})?:[A-Z][A-Z0-9_]{1,15}:[1-9][0-9]{0,5}$"
    ),
]
"""`origin:jurisdiction:sector:scheme:number`, as `ID:CA-NB:ISIC4-Q:G2G:1`."""

ANY = "any"
_PERIOD = re.compile(r"\.\d{4}-\d{2}-\d{2}$")


def example(about: str = "", /, **data: JsonValue) -> ConfigDict:
    """The configuration of an event's model with one valid example of its data, and of its subject."""
    subject: dict[str, JsonValue] = {"x-subject": about} if about else {}
    return ConfigDict(json_schema_extra={"examples": [data], **subject})


class Key(Model):
    """What a partnership is for; at most one that is not ended has the same key."""

    origin: Country
    jurisdiction: Jurisdiction
    sector: Sector
    scheme: SchemeCode

    @property
    def text(self) -> str:
        return f"{self.origin}:{self.jurisdiction}:{self.sector}:{self.scheme}"


def key_of(partnership: str) -> Key:
    """The key in a partnership's id."""
    origin, jurisdiction, sector, scheme, _ = partnership.split(":")
    return Key(origin=origin, jurisdiction=jurisdiction, sector=sector, scheme=scheme)


class InstrumentKind(StrEnum):
    """A document that governments or agencies sign; all but a letter of intent bind."""

    LOI = "LOI"
    MOU = "MOU"
    PLACEMENT_AGREEMENT = "PLACEMENT_AGREEMENT"
    EPA = "EPA"
    IA = "IA"


class Instrument(Model):
    """A signed document. In effect from the start of `effective_on` to the end of `expires_on`, in UTC."""

    kind: InstrumentKind
    ref: Name
    signed_on: Day
    effective_on: Day
    expires_on: Day | None = None

    def in_effect(self, at: datetime) -> bool:
        return self.starts <= at and (self.ends is None or at < self.ends)

    @property
    def starts(self) -> datetime:
        return moment(self.effective_on)

    @property
    def ends(self) -> datetime | None:
        return None if self.expires_on is None else moment(self.expires_on, end=True)


class Cap(Model):
    """A number of seats, or none (`max` null), for a period of days that ends before `period_end`."""

    period_start: Day | None = None
    period_end: Day | None = None
    max: Count | None = None


class Safeguards(Model):
    """The check of an origin against the health workforce safeguards list in force (WHO Code of Practice)."""

    list: Name
    listed: bool
    checked_on: Day


class GroundKind(StrEnum):
    ORDER = "ORDER"
    INSTRUMENT = "INSTRUMENT"
    SAFEGUARDS = "SAFEGUARDS"


class Ground(Model):
    """Why a partnership is suspended; an order names its legal basis and lasts until it is lifted."""

    kind: GroundKind
    reason: Code
    legal_basis: Text | None = None


class Phase(StrEnum):
    REGISTERED = "registered"
    LETTER_OF_INTENT = "letter_of_intent"
    AGREEMENT = "agreement"
    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    LAPSED = "lapsed"

    @property
    def ended(self) -> bool:
        return self in (Phase.CLOSED, Phase.LAPSED)

    @property
    def opened(self) -> bool:
        """Whether it has been opened and has not ended."""
        return self in (Phase.OPEN, Phase.SUSPENDED)


class PartnershipState(State):
    """A partnership after a fact.

    `cap` is the cap at its own level in force, none if none is declared (`max` null in a declared one:
    no limit); `suspended_for` is the reason of the first of its `grounds`.
    """

    id: PartnershipId
    origin: Country
    jurisdiction: Jurisdiction
    sector: Sector
    scheme: SchemeCode
    number: Positive
    phase: Phase
    origin_agency: Name
    host_agency: Name
    occupations: tuple[Occupation, ...]
    instruments: tuple[Instrument, ...] = ()
    cap: Cap | None = None
    safeguards: Safeguards | None = None
    lapses_on: Day | None = None
    suspended_for: Code | None = None
    grounds: tuple[Ground, ...] = ()

    @property
    def key(self) -> str:
        return self.id.rpartition(":")[0]


class Scope(Model):
    """What a cap counts; a part left out (null) is any."""

    origin: Country | None = None
    jurisdiction: Jurisdiction | None = None
    sector: Sector | None = None
    scheme: SchemeCode | None = None
    number: Positive | None = None

    @property
    def parts(self) -> tuple[str | None, ...]:
        number = None if self.number is None else str(self.number)
        return (self.origin, self.jurisdiction, self.sector, self.scheme, number)

    @property
    def node(self) -> str:
        """Its id in the tree: the parts joined by `:`, trailing ones that are any left out."""
        texts = [part or ANY for part in self.parts]
        while len(texts) > 1 and texts[-1] == ANY:
            texts.pop()
        return ":".join(texts)


class ScopeReported(Scope, Strict):
    """A scope in a report, where unknown parts are refused."""


class CapState(State):
    """A cap after a fact, `in_force` as of it; its id is its node, and the period's start if it has one."""

    id: str = Field(max_length=64)
    scope: Scope
    node: str = Field(max_length=64)
    period_start: Day | None = None
    period_end: Day | None = None
    max: Count | None = None
    in_force: bool


def cap_id(node: str, period_start: date | None) -> str:
    return node if period_start is None else f"{node}.{period_start.isoformat()}"


def node_of(cap: str) -> str:
    """The node in a cap's id."""
    return _PERIOD.sub("", cap)


class SafeguardsState(State):
    """A published list of countries whose health workforce is safeguarded."""

    id: Name
    published_on: Day
    countries: tuple[Country, ...]
