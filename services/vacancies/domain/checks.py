"""What must hold of a job order: codes, its partnership's limits, no cost on the worker, the programme."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from jembatan.codes import isco08, iso3166, money, noc
from jembatan.contracts.partners import PartnershipState, key_of
from jembatan.contracts.refusal import Reason
from jembatan.contracts.vacancies import VacancyState
from jembatan.contracts.vacancies.rules import Rule, VacancyRules
from jembatan.contracts.vacancies.values import Payer

Rules = Callable[[str], VacancyRules]
"""The rules for job orders under the partnership of an id."""

Fault = tuple[Rule | None, Reason]


class Verdict(NamedTuple):
    """All that is wrong with an order, and all that only deserves a warning."""

    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...]


def reason(code: str, detail: str, pointer: str = "") -> Reason:
    return Reason(code=code, pointer=pointer, detail=detail)


def check(order: VacancyState, partnership: PartnershipState | None, rules: VacancyRules, at: str) -> Verdict:
    """Everything that can be told of an order now; `at` is what the pointers begin with, as `/data`."""
    always = [
        *_codes(order, at),
        *_terms(order, at),
        *_place(order, at),
        *_occupation(order, partnership, at),
    ]
    ruled = [*_costs(order, rules, at), *_teer(order, rules, at)]
    reasons = [*always, *(found for rule, found in ruled if rule is None or rule.refuses)]
    warnings = [found for rule, found in ruled if rule is not None and not rule.refuses]
    return Verdict(tuple(reasons), tuple(warnings))


def _codes(order: VacancyState, at: str) -> Iterator[Reason]:
    checks = [
        (isco08.is_unit_group(order.isco08), "unit group of ISCO-08", order.isco08, "isco08"),
        (iso3166.is_jurisdiction(order.place), "country or subdivision of ISO 3166", order.place, "place"),
        (money.is_currency(order.wage.currency), "currency", order.wage.currency, "wage/currency"),
    ]
    if order.noc2021 is not None:
        checks.append((noc.is_code(order.noc2021), "unit group of NOC 2021", order.noc2021, "noc2021"))
    for place, cost in enumerate(order.costs):
        if cost.amount is not None:
            code = cost.amount.currency
            checks.append((money.is_currency(code), "currency", code, f"costs/{place}/amount/currency"))
    for known, what, code, pointer in checks:
        if not known:
            yield reason("V_UNKNOWN_CODE", f"{code} is no {what}.", f"{at}/{pointer}")


def _terms(order: VacancyState, at: str) -> Iterator[Reason]:
    if order.wage.min > order.wage.max:
        yield reason("V_WAGE_RANGE", "The least wage is above the greatest.", f"{at}/wage")
    if order.contract.permanent == (order.contract.months is not None):
        detail = "A contract is either permanent, without months, or for a number of months."
        yield reason("V_CONTRACT_TERM", detail, f"{at}/contract")
    if order.openings < order.filled:
        detail = f"{order.filled} openings are filled already."
        yield reason("V_OPENINGS_BELOW_FILLED", detail, f"{at}/openings")


def _place(order: VacancyState, at: str) -> Iterator[Reason]:
    jurisdiction = key_of(order.partnership).jurisdiction
    if iso3166.is_jurisdiction(order.place) and not iso3166.is_within(order.place, jurisdiction):
        detail = f"The partnership is for work in {jurisdiction}; {order.place} lies outside."
        yield reason("V_PLACE_OUTSIDE", detail, f"{at}/place")


def _occupation(order: VacancyState, partnership: PartnershipState | None, at: str) -> Iterator[Reason]:
    if partnership is None or not isco08.is_unit_group(order.isco08):
        return
    if not any(isco08.is_in_group(order.isco08, group) for group in partnership.occupations):
        groups = ", ".join(partnership.occupations)
        detail = f"{partnership.id} is for the occupations {groups}; this is {order.isco08}."
        yield reason("V_OCCUPATION_OUT_OF_SCOPE", detail, f"{at}/isco08")


def _costs(order: VacancyState, rules: VacancyRules, at: str) -> Iterator[Fault]:
    table = rules.cost_items_never_worker
    for place, cost in enumerate(order.costs):
        if cost.payer is Payer.WORKER and table.has(cost.item):
            detail = f"The worker pays no {cost.item}: name who else pays it ({table.basis})."
            yield table, reason("V_WORKER_COST", detail, f"{at}/costs/{place}/payer")


def _teer(order: VacancyState, rules: VacancyRules, at: str) -> Iterator[Fault]:
    if order.noc2021 is None:
        if rules.needs_noc:
            detail = "The programme goes by the occupation's TEER; give its NOC 2021 code."
            yield None, reason("V_AIP_TEER", detail, f"{at}/noc2021")
        return
    excluded, least, permanent = rules.excluded_teer, rules.min_months, rules.permanent_only
    if excluded is not None and order.teer in excluded.teer:
        detail = f"The programme excludes TEER {order.teer} ({excluded.basis})."
        yield excluded, reason("V_AIP_TEER", detail, f"{at}/noc2021")
    if least is not None and order.teer in least.teer and _shorter(order, least.months):
        detail = f"Work of TEER {order.teer} must last {least.months} months or more ({least.basis})."
        yield least, reason("V_AIP_TERM", detail, f"{at}/contract")
    if permanent is not None and order.teer in permanent.teer and not order.contract.permanent:
        detail = f"Work of TEER {order.teer} must be permanent ({permanent.basis})."
        yield permanent, reason("V_AIP_TERM", detail, f"{at}/contract")


def _shorter(order: VacancyState, months: int) -> bool:
    return not order.contract.permanent and (order.contract.months or 0) < months
