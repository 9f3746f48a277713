"""Where a vacancy stands: what it waits for, and what its partnership's phase does to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from jembatan.contracts.deciding import Draft
from jembatan.contracts.model import changed_fields
from jembatan.contracts.partners import PartnershipState
from jembatan.contracts.partners import Phase as PartnershipPhase
from jembatan.contracts.vacancies import (
    Ending,
    Phase,
    VacancyClosed,
    VacancyExpired,
    VacancyFact,
    VacancyOutcome,
    VacancyPending,
    VacancyPosted,
    VacancyRejected,
    VacancyResumed,
    VacancyState,
    VacancySuspended,
    Wait,
)
from jembatan.contracts.vacancies.rules import VacancyRules
from services.vacancies.domain.checks import Verdict, check, reason

CLOSES = "vacancy.closes_on"


def draft(
    name: str, model: type[VacancyFact], before: VacancyState | None, after: VacancyState, **more: object
) -> Draft:
    """A fact of a vacancy."""
    data: Mapping[str, object] = {"state": after, "changed": changed_fields(before, after), **more}
    return Draft(name, after.id, model.model_validate(data))


def waits(order: VacancyState, partnership: PartnershipState | None, rules: VacancyRules) -> tuple[Wait, ...]:
    """What a pending order still waits for."""
    found = []
    if partnership is None:
        found.append(Wait.PARTNERSHIP)
    elif partnership.phase is not PartnershipPhase.OPEN:
        found.append(Wait.OPENING)
    if rules.verification and not order.verified:
        found.append(Wait.VERIFICATION)
    return tuple(found)


def placed(order: VacancyState, partnership: PartnershipState | None, rules: VacancyRules) -> VacancyState:
    """A right order as it stands now: posted, or pending with what it waits for."""
    found = waits(order, partnership, rules)
    return order.model_copy(update={"phase": Phase.PENDING if found else Phase.POSTED, "waits_for": found})


def told(before: VacancyState | None, after: VacancyState, verdict: Verdict) -> Draft:
    """The fact that an order is posted, or pending."""
    if after.phase is Phase.POSTED:
        return draft("vacancy.posted", VacancyPosted, before, after, warnings=verdict.warnings)
    return draft("vacancy.pending", VacancyPending, before, after, warnings=verdict.warnings)


def rejected(before: VacancyState, verdict: Verdict) -> Draft:
    after = before.model_copy(update={"phase": Phase.REJECTED, "waits_for": ()})
    return draft(
        "vacancy.rejected", VacancyRejected, before, after, reasons=verdict.reasons, warnings=verdict.warnings
    )


def follow(
    state: VacancyState, partnership: PartnershipState, rules: VacancyRules, at: datetime
) -> tuple[Draft, ...]:
    """What its partnership's phase does to a live vacancy. One past its `closes_on` is left to that."""
    if at > state.closes_on:
        return ()
    if partnership.phase.ended:
        return (_ended(state, partnership),)
    if state.phase is Phase.PENDING:
        return _pending(state, partnership, rules)
    opened = partnership.phase is PartnershipPhase.OPEN
    if opened == (state.phase is Phase.POSTED):
        return ()
    if opened:
        after = state.model_copy(update={"phase": Phase.POSTED})
        return (draft("vacancy.resumed", VacancyResumed, state, after),)
    after = state.model_copy(update={"phase": Phase.SUSPENDED})
    return (draft("vacancy.suspended", VacancySuspended, state, after),)


def _pending(state: VacancyState, partnership: PartnershipState, rules: VacancyRules) -> tuple[Draft, ...]:
    after = placed(state, partnership, rules)
    if after == state:
        return ()
    verdict = check(state, partnership, rules, "/state")
    if partnership.phase is PartnershipPhase.OPEN and verdict.reasons:
        return (rejected(state, verdict),)
    return (told(state, after, verdict),)


def _ended(state: VacancyState, partnership: PartnershipState) -> Draft:
    if state.phase.posted:
        return closed(state, Ending.PARTNERSHIP_ENDED)
    detail = f"{partnership.id} is {partnership.phase}, so nothing is posted under it any more."
    return rejected(state, Verdict((reason("V_PARTNERSHIP_ENDED", detail, "/state/partnership"),), ()))


def closed(state: VacancyState, because: Ending) -> Draft:
    after = state.model_copy(update={"phase": Phase.CLOSED, "outcome": outcome(state)})
    return draft("vacancy.closed", VacancyClosed, state, after, because=because)


def outcome(state: VacancyState) -> VacancyOutcome:
    """How many of the openings started work."""
    if state.filled >= state.openings:
        return VacancyOutcome.FILLED
    return VacancyOutcome.PARTLY_FILLED if state.filled else VacancyOutcome.UNFILLED


def past(state: VacancyState) -> Draft:
    """Its `closes_on` has passed."""
    if state.phase.posted:
        return closed(state, Ending.CLOSES_ON)
    after = state.model_copy(update={"phase": Phase.EXPIRED, "waits_for": ()})
    return draft("vacancy.expired", VacancyExpired, state, after)
