"""What is reported to `partners.reports`."""

from pydantic import Field

from jembatan.contracts.model import Code, Count, Day, ReportData, Text
from jembatan.contracts.partners.values import (
    Country,
    Instrument,
    Jurisdiction,
    Name,
    Occupation,
    SchemeCode,
    ScopeReported,
    Sector,
    example,
)
from jembatan.contracts.registry import report

AGENCIES = ("the origin's agency", "the host's agency")
PARTNERSHIP = "the partnership's id, as ID:CA-NB:ISIC4-Q:G2G:1"
KEY = "origin:jurisdiction:sector:scheme, as ID:CA-NB:ISIC4-Q:G2G; the same as in the data"
Occupations = tuple[Occupation, ...]


@report("partners", "partnership.proposed", subject=KEY, by=AGENCIES, leads_to=("partnership.registered",))
class PartnershipProposed(ReportData):
    """Two agencies intend to work together: an origin, a host jurisdiction, a sector and a scheme."""

    model_config = example(
        "ID:CA-NB:ISIC4-Q:G2G",
        origin="ID",
        jurisdiction="CA-NB",
        sector="ISIC4-Q",
        scheme="G2G",
        origin_agency="BP2MI",
        host_agency="New Brunswick Department of Health",
        occupations=["2221", "3221", "5321"],
    )
    origin: Country
    jurisdiction: Jurisdiction
    sector: Sector
    scheme: SchemeCode
    origin_agency: Name
    host_agency: Name
    occupations: Occupations = Field(min_length=1, max_length=500)
    lapses_on: Day | None = None


@report(
    "partners", "partnership.amended", subject=PARTNERSHIP, by=AGENCIES, leads_to=("partnership.changed",)
)
class PartnershipAmended(ReportData):
    """An agency, the occupations or the day of lapsing are others now; what is left out stays as it is."""

    model_config = example(origin_agency="KP2MI")
    origin_agency: Name | None = None
    host_agency: Name | None = None
    occupations: Occupations | None = Field(default=None, min_length=1, max_length=500)
    lapses_on: Day | None = None


@report(
    "partners",
    "instrument.signed",
    subject=PARTNERSHIP,
    by=AGENCIES,
    leads_to=(
        "partnership.instrument_signed",
        "partnership.changed",
        "partnership.suspended",
        "partnership.resumed",
    ),
)
class InstrumentSigned(Instrument, ReportData):
    """A letter of intent or a binding instrument was signed, or one with the same kind and ref is put right.

    It resumes a partnership that only waited for it, and suspends an open one that it leaves without any.
    """

    model_config = example(
        kind="MOU", ref="Indonesia-New Brunswick 2025", signed_on="2025-06-03", effective_on="2025-06-03"
    )


@report("partners", "opening.requested", subject=PARTNERSHIP, by=AGENCIES, leads_to=("partnership.opened",))
class OpeningRequested(ReportData):
    """All that the scheme asks for is there; vacancies and rounds may begin."""

    model_config = example(note="Employers can offer positions now.")
    note: Text | None = None


@report(
    "partners",
    "cap.set",
    subject="the scope's node, as ID, any:CA-NB or ID:CA-NB:ISIC4-Q:G2G:1; the same as in the data",
    by=AGENCIES,
    leads_to=("cap.changed", "partnership.changed"),
)
class CapSet(ReportData):
    """At most `max` seats (null: no limit) inside a scope in a period of days that ends before `period_end`.

    A cap with the same scope and start is replaced.
    """

    model_config = example(
        "ID:CA-NB:ISIC4-Q:G2G:1",
        scope={"origin": "ID", "jurisdiction": "CA-NB", "sector": "ISIC4-Q", "scheme": "G2G", "number": 1},
        period_start="2025-06-03",
        period_end="2026-06-03",
        max=150,
    )
    scope: ScopeReported
    period_start: Day | None = None
    period_end: Day | None = None
    max: Count | None


@report(
    "partners", "suspension.ordered", subject=PARTNERSHIP, by=AGENCIES, leads_to=("partnership.suspended",)
)
class SuspensionOrdered(ReportData):
    """A government stops new vacancies and rounds; offers and placements stand. It replaces any before it."""

    model_config = example(reason="MORATORIUM", legal_basis="Law 18/2017, article 32")
    reason: Code
    legal_basis: Text


@report(
    "partners",
    "suspension.lifted",
    subject=PARTNERSHIP,
    by=AGENCIES,
    leads_to=("partnership.resumed", "partnership.changed"),
)
class SuspensionLifted(ReportData):
    """The order to suspend is lifted. Other grounds, such as an expired instrument, stay."""

    model_config = example(note="The moratorium has ended.")
    note: Text | None = None


@report("partners", "closure.ordered", subject=PARTNERSHIP, by=AGENCIES, leads_to=("partnership.closed",))
class ClosureOrdered(ReportData):
    """The partnership ends for good; a new one with the same key gets the next number."""

    model_config = example(reason="AGREEMENT_ENDED")
    reason: Code
    legal_basis: Text | None = None


@report(
    "partners",
    "safeguards.published",
    subject="the list's id, as WHO-SSL:2023",
    by=("the operator, for the World Health Organization's list",),
    leads_to=("safeguards.adopted", "partnership.changed", "partnership.suspended", "partnership.resumed"),
)
class SafeguardsPublished(ReportData):
    """A list of countries whose health workers may be recruited only under an agreement of governments.

    Every health partnership that is open or suspended is checked against it at once.
    """

    model_config = example(published_on="2023-03-08", countries=["AF", "AO", "BD", "NP", "TL"])
    published_on: Day
    countries: tuple[Country, ...] = Field(min_length=1, max_length=250)
