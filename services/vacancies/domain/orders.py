"""Job orders: submitted, verified or turned down by the mission, amended, withdrawn."""

from __future__ import annotations

from typing import Any

from jembatan.codes import noc
from jembatan.contracts.deciding import Input, Outcome, Refused
from jembatan.contracts.model import PARTNERSHIP_LIKE, changed_fields
from jembatan.contracts.partners import PartnershipState, key_of
from jembatan.contracts.refusal import Reason
from jembatan.contracts.reporters import NOT_YOURS, Reporter
from jembatan.contracts.vacancies import (
    JobOrderAmended,
    JobOrderRejected,
    JobOrderSubmitted,
    JobOrderWithdrawn,
    Phase,
    VacancyChanged,
    VacancyState,
    VacancyVerified,
    VacancyWithdrawn,
)
from jembatan.contracts.vacancies.rules import VacancyRules
from services.vacancies.domain.checks import Rules, Verdict, check, reason
from services.vacancies.domain.filling import filled
from services.vacancies.domain.outcome import answer
from services.vacancies.domain.standing import draft, placed, rejected, told
from services.vacancies.domain.world import World

LISTS = ("languages", "costs")


def submit(world: World, item: Input, rules: Rules) -> Outcome:
    """A new vacancy: posted, or pending what it waits for; refused with all that is wrong."""
    data: JobOrderSubmitted = item.data
    partnership = world.partnerships.get(data.partnership)
    asked = rules(data.partnership)
    order = VacancyState(**data.model_dump(), id=item.subject, teer=_teer(data.noc2021), phase=Phase.PENDING)
    verdict = check(order, partnership, asked, "/data")
    reasons = [*_id(world, item), *_rights(item, order), *_ended(partnership), *verdict.reasons]
    if order.closes_on <= item.at:
        reasons.append(_in_past())
    return answer(reasons, told(None, placed(order, partnership, asked), verdict))


def _teer(code: str | None) -> int | None:
    return noc.teer(code) if code is not None and noc.is_code(code) else None


def _reporter(item: Input) -> Reporter:
    if item.reporter is None:
        raise ValueError(f"the report {item.type} has no reporter")
    return item.reporter


def _id(world: World, item: Input) -> list[Reason]:
    found = []
    reporter = _reporter(item)
    if item.subject in world.vacancies:
        detail = f"{item.subject} is submitted already; amend it, or give a new order an id of its own."
        found.append(reason("ALREADY_SUBMITTED", detail, "/subject"))
    if PARTNERSHIP_LIKE.match(item.subject):
        detail = f"{item.subject} looks like a partnership's id; begin it with your own code."
        found.append(reason("BAD_ID", detail, "/subject"))
    elif not reporter.issued(item.subject):
        detail = f"The id of an order that you submit begins with {reporter.code}- or {reporter.code}."
        found.append(reason(NOT_YOURS, detail, "/subject"))
    return found


def _rights(item: Input, order: VacancyState, *, employer: bool = True) -> tuple[Reason, ...]:
    key = key_of(order.partnership)
    named = order.employer if employer else None
    return _reporter(item).outside(origin=key.origin, jurisdiction=key.jurisdiction, employer=named)


def _ended(partnership: PartnershipState | None) -> list[Reason]:
    if partnership is None or not partnership.phase.ended:
        return []
    detail = f"{partnership.id} is {partnership.phase}, so nothing is posted under it any more."
    return [reason("V_PARTNERSHIP_ENDED", detail, "/data/partnership")]


def _in_past() -> Reason:
    return reason("V_CLOSES_IN_PAST", "It would close before it was reported.", "/data/closes_on")


def _live(world: World, item: Input, needed: str, *phases: Phase) -> tuple[VacancyState | None, list[Reason]]:
    """The vacancy that a report is about, and why it may not be changed by it."""
    state = world.vacancies.get(item.subject)
    if state is None:
        return None, [reason("UNKNOWN_SUBJECT", f"There is no job order {item.subject}.", "/subject")]
    if state.phase not in phases:
        return state, [_wrong(state, needed)]
    return state, [_wrong(state, f"its closes_on, {state.closes_on}, has passed")] if _late(
        state, item
    ) else []


def _late(state: VacancyState, item: Input) -> bool:
    return item.at > state.closes_on


def _wrong(state: VacancyState, needed: str) -> Reason:
    return reason("WRONG_STATE", f"{state.id} is {state.phase}; {needed}.", "/subject")


def verify(world: World, item: Input, rules: Rules) -> Outcome:
    """The mission found it right; if it waited for nothing else it is posted, or rejected by its checks."""
    state, reasons = _live(world, item, "only a pending order is verified", Phase.PENDING)
    if state is None:
        return Refused(tuple(reasons))
    reasons += _rights(item, state, employer=False)
    if state.verified and not reasons:
        reasons.append(reason("NO_CHANGE", f"{state.id} is verified already."))
    partnership, asked = world.partnerships.get(state.partnership), rules(state.partnership)
    placed_now = placed(state.model_copy(update={"verified": True}), partnership, asked)
    verified = placed_now.model_copy(update={"phase": Phase.PENDING})
    facts = [draft("vacancy.verified", VacancyVerified, state, verified)]
    if placed_now.phase is Phase.POSTED:
        verdict = check(verified, partnership, asked, "/state")
        facts.append(rejected(verified, verdict) if verdict.reasons else told(verified, placed_now, verdict))
    return answer(reasons, *facts)


def turn_down(world: World, item: Input, rules: Rules) -> Outcome:
    """The mission turns a pending order down."""
    data: JobOrderRejected = item.data
    state, reasons = _live(world, item, "only a pending order is turned down", Phase.PENDING)
    if state is None:
        return Refused(tuple(reasons))
    reasons += _rights(item, state, employer=False)
    why = reason(data.reason, data.note or "The mission turned the order down.")
    return answer(reasons, rejected(state, Verdict((why,), ())))


def amend(world: World, item: Input, rules: Rules) -> Outcome:
    """Other terms, checked like new ones; where verification is asked for, the order waits for it again."""
    data: JobOrderAmended = item.data
    needed = "only one that has not ended is amended"
    state, reasons = _live(world, item, needed, Phase.PENDING, Phase.POSTED, Phase.SUSPENDED)
    if state is None:
        return Refused(tuple(reasons))
    reasons += [*_rights(item, state), *_cleared_and_given(data)]
    after = _amended(state, data)
    partnership, asked = world.partnerships.get(state.partnership), rules(state.partnership)
    verdict = check(after, partnership, asked, "/data")
    reasons += verdict.reasons
    if data.closes_on is not None and data.closes_on <= item.at:
        reasons.append(_in_past())
    if after == state and not reasons:
        reasons.append(reason("NO_CHANGE", f"All that is reported of {state.id} is known already."))
    return answer(reasons, *_amendment(state, after, partnership, asked, verdict))


def _amendment(
    state: VacancyState,
    after: VacancyState,
    partnership: PartnershipState | None,
    rules: VacancyRules,
    verdict: Verdict,
) -> list[Any]:
    if rules.verification and changed_fields(state, after) and (state.verified or state.phase.posted):
        after = placed(after.model_copy(update={"verified": False}), partnership, rules)
        said = told(state, after, verdict)
    else:
        said = draft("vacancy.changed", VacancyChanged, state, after, warnings=verdict.warnings)
    full = filled(after, after)
    return [said, full] if full else [said]


def _cleared_and_given(data: JobOrderAmended) -> list[Reason]:
    both = [name for name in data.clear if getattr(data, name) is not None]
    detail = "It is given and cleared at once; do one of them."
    return [reason("CLEARED_AND_GIVEN", detail, f"/data/{name}") for name in both]


def _amended(state: VacancyState, data: JobOrderAmended) -> VacancyState:
    cleared = {name: () if name in LISTS else None for name in data.clear}
    given = data.model_dump(exclude_none=True, exclude={"clear"})
    after = VacancyState.model_validate({**state.model_dump(), **cleared, **given})
    return after.model_copy(update={"teer": _teer(after.noc2021)})


def withdraw(world: World, item: Input, rules: Rules) -> Outcome:
    """The employer takes it back."""
    data: JobOrderWithdrawn = item.data
    needed = "only one that has not ended is withdrawn"
    state, reasons = _live(world, item, needed, Phase.PENDING, Phase.POSTED, Phase.SUSPENDED)
    if state is None:
        return Refused(tuple(reasons))
    reasons += _rights(item, state)
    after = state.model_copy(update={"phase": Phase.WITHDRAWN, "waits_for": ()})
    more = {"reason": data.reason, "note": data.note}
    return answer(reasons, draft("vacancy.withdrawn", VacancyWithdrawn, state, after, **more))
