"""The language of `vacancies`: importing it declares its events."""

from jembatan.contracts.vacancies import facts, reports
from jembatan.contracts.vacancies.facts import (
    Ending,
    VacancyChanged,
    VacancyClosed,
    VacancyExpired,
    VacancyFact,
    VacancyFilled,
    VacancyPending,
    VacancyPosted,
    VacancyRejected,
    VacancyResumed,
    VacancySuspended,
    VacancyVerified,
    VacancyWithdrawn,
)
from jembatan.contracts.vacancies.reports import (
    JobOrderAmended,
    JobOrderRejected,
    JobOrderSubmitted,
    JobOrderVerified,
    JobOrderWithdrawn,
)
from jembatan.contracts.vacancies.values import Phase, VacancyOutcome, VacancyState, Wait

__all__ = [
    "Ending",
    "JobOrderAmended",
    "JobOrderRejected",
    "JobOrderSubmitted",
    "JobOrderVerified",
    "JobOrderWithdrawn",
    "Phase",
    "VacancyChanged",
    "VacancyClosed",
    "VacancyExpired",
    "VacancyFact",
    "VacancyFilled",
    "VacancyOutcome",
    "VacancyPending",
    "VacancyPosted",
    "VacancyRejected",
    "VacancyResumed",
    "VacancyState",
    "VacancySuspended",
    "VacancyVerified",
    "VacancyWithdrawn",
    "Wait",
    "facts",
    "reports",
]
