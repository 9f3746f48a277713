"""What is reported to `vacancies.reports`."""

from typing import Annotated, Literal

from pydantic import Field

from jembatan.contracts.model import Code, Id, Positive, ReportData, Text, Time
from jembatan.contracts.partners.values import Jurisdiction, Name, PartnershipId, example
from jembatan.contracts.registry import report
from jembatan.contracts.vacancies.values import (
    ContractReported,
    CostReported,
    ExperienceReported,
    Hours,
    Isco08,
    LanguageFloorReported,
    LicenceReported,
    Noc2021,
    WageReported,
)

VACANCY = "the job order's id, which is its vacancy's; it begins with the code of the reporter who submits it"
EMPLOYERS = ("the employer", "an agency that reports for it")
MISSION = ("the origin's mission in the host country",)
Education = Annotated[int, Field(ge=0, le=8, strict=True)]
Costs = Annotated[tuple[CostReported, ...], Field(max_length=100)]
Languages = Annotated[tuple[LanguageFloorReported, ...], Field(max_length=20)]
Optional = Literal["noc2021", "languages", "licence", "experience", "education", "costs"]


@report(
    "vacancies",
    "job_order.submitted",
    subject=VACANCY,
    by=EMPLOYERS,
    leads_to=("vacancy.pending", "vacancy.posted"),
)
class JobOrderSubmitted(ReportData):
    """An employer offers work under a partnership, which need not be open or even registered yet.

    `education` is a level of ISCED 2011, `closes_on` the instant after which nobody can be matched to it.
    """

    model_config = example(
        "vitalite-2025-017",
        partnership="ID:CA-NB:ISIC4-Q:G2G:1",
        employer="vitalite",
        title="Registered nurse, surgery",
        isco08="2221",
        noc2021="31301",
        place="CA-NB",
        openings=12,
        wage={"min": 3834, "max": 4600, "currency": "CAD", "unit": "HOUR"},
        hours_week="37.5",
        contract={"permanent": True},
        languages=[
            {
                "language": "fr",
                "framework": "CLB",
                "listening": "7",
                "reading": "7",
                "writing": "7",
                "speaking": "7",
                "floor": "LICENCE",
            }
        ],
        licence={"body": "NANB", "stage": "ELIGIBLE"},
        experience={"hours": 1125, "within_years": 5},
        education=6,
        costs=[{"item": "travel", "payer": "EMPLOYER", "amount": {"minor": 220000, "currency": "CAD"}}],
        closes_on="2026-03-31T23:59:59-03:00",
    )
    partnership: PartnershipId
    employer: Id
    title: Name
    isco08: Isco08
    noc2021: Noc2021 | None = None
    place: Jurisdiction
    openings: Positive
    wage: WageReported
    hours_week: Hours
    contract: ContractReported
    languages: Languages = ()
    licence: LicenceReported | None = None
    experience: ExperienceReported | None = None
    education: Education | None = None
    costs: Costs = ()
    closes_on: Time


@report(
    "vacancies",
    "job_order.verified",
    subject=VACANCY,
    by=MISSION,
    leads_to=("vacancy.verified", "vacancy.posted", "vacancy.rejected"),
)
class JobOrderVerified(ReportData):
    """The mission has checked the employer and the order, and finds them right."""

    model_config = example("vitalite-2025-017", note="Employer visited on 4 June 2025.")
    note: Text | None = None


@report("vacancies", "job_order.rejected", subject=VACANCY, by=MISSION, leads_to=("vacancy.rejected",))
class JobOrderRejected(ReportData):
    """The mission turns a pending order down."""

    model_config = example(
        "vitalite-2025-017", reason="EMPLOYER_UNKNOWN", note="No such employer at the address."
    )
    reason: Code
    note: Text | None = None


@report(
    "vacancies",
    "job_order.amended",
    subject=VACANCY,
    by=EMPLOYERS,
    leads_to=("vacancy.changed", "vacancy.pending", "vacancy.filled"),
)
class JobOrderAmended(ReportData):
    """The terms of an order are others now; what is left out stays, what `clear` names is removed.

    Where the programme asks for verification, an amended order is pending until it is verified again. One
    whose openings become as few as have started work is filled.
    """

    model_config = example(
        "vitalite-2025-017", openings=15, closes_on="2026-06-30T23:59:59-03:00", clear=["licence"]
    )
    title: Name | None = None
    isco08: Isco08 | None = None
    noc2021: Noc2021 | None = None
    place: Jurisdiction | None = None
    openings: Positive | None = None
    wage: WageReported | None = None
    hours_week: Hours | None = None
    contract: ContractReported | None = None
    languages: Languages | None = None
    licence: LicenceReported | None = None
    experience: ExperienceReported | None = None
    education: Education | None = None
    costs: Costs | None = None
    closes_on: Time | None = None
    clear: tuple[Optional, ...] = Field(default=(), max_length=6)


@report("vacancies", "job_order.withdrawn", subject=VACANCY, by=EMPLOYERS, leads_to=("vacancy.withdrawn",))
class JobOrderWithdrawn(ReportData):
    """The employer takes the order back."""

    model_config = example("vitalite-2025-017", reason="POSITION_CUT")
    reason: Code
    note: Text | None = None
