"""Why a report about a placement is refused, every reason at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from jembatan.contracts.deciding import Input
from jembatan.contracts.matching.offers import OfferPhase, OfferState
from jembatan.contracts.matching.placement_values import EmploymentEnd, PlacementPhase
from jembatan.contracts.partners.values import key_of
from jembatan.contracts.refusal import Reason
from services.matching.domain import refusing
from services.matching.domain.world import World

if TYPE_CHECKING:
    from services.matching.domain.placements_steps import Case


class Clearing(Protocol):
    """What a programme asks between the contract and the departure, by kind of clearance."""

    @property
    def clearances_needed(self) -> frozenset[str]:
        """Without these nobody departs."""
        ...

    @property
    def clearances_wished(self) -> frozenset[str]:
        """Rules that are known from memory only ask for these; nobody is held back by them."""
        ...


def rights(world: World, offer: OfferState, item: Input) -> tuple[Reason, ...]:
    """A reason for each of origin, host, employer and candidate that the reporter may not speak for."""
    assert item.reporter is not None
    key, vacancy = key_of(offer.partnership), world.vacancies[offer.vacancy]
    return item.reporter.outside(
        origin=key.origin,
        jurisdiction=key.jurisdiction,
        employer=vacancy.employer,
        candidate=offer.candidate,
    )


def against_contract(
    world: World, offer: OfferState, item: Input, rules: Clearing | None
) -> Iterator[Reason]:
    """Reasons why the contract of an offer cannot be signed."""
    yield from rights(world, offer, item)
    row = world.placements.get(offer.id)
    if (
        row is not None
        and row.state.phase is PlacementPhase.CONTRACTED
        and row.state.signed_on == item.data.signed_on
    ):
        yield refusing.no_change("This contract is known already.", "/data/signed_on")
    elif row is not None:
        needed = "its contract is signed once"
        yield refusing.wrong_state("placement", offer.id, row.state.phase, needed)
    elif offer.phase is not OfferPhase.ACCEPTED:
        needed = "a contract is signed once the candidate has accepted"
        yield refusing.wrong_state("offer", offer.id, offer.phase, needed)
    yield from _ahead(item, "signed_on")
    if rules is None:
        detail = f"The programme of the round {offer.round} is not installed here."
        yield Reason(code="UNKNOWN_PROGRAMME", pointer="/subject", detail=detail)


def no_contract(offer: OfferState) -> Reason:
    """An offer without a contract is no placement yet."""
    return refusing.wrong_state("offer", offer.id, offer.phase, "its contract is not signed")


def unknown_kind(case: Case) -> Iterator[Reason]:
    """The programme names no such clearance."""
    known = set(case.state.needed)
    if case.rules is not None:
        known |= case.rules.clearances_needed | case.rules.clearances_wished
    if case.data.kind not in known:
        said = ", ".join(sorted(known)) or "none"
        detail = f"The programme names no clearance {case.data.kind}; it names {said}."
        yield Reason(code="UNKNOWN_CLEARANCE", pointer="/data/kind", detail=detail)


def bad_departure(case: Case) -> Iterator[Reason]:
    """Clearances that are missing, each, and a day that cannot be."""
    if case.state.phase is PlacementPhase.CONTRACTED:
        for kind in sorted(set(case.state.needed) - set(case.state.granted)):
            detail = f"The clearance {kind} is needed before the departure."
            yield Reason(code="CLEARANCE_MISSING", pointer="/subject", detail=detail)
    yield from _in_order(case, "departed_on", "signed_on")


def bad_arrival(case: Case) -> Iterator[Reason]:
    """A day before the departure, or one that is not yet."""
    yield from _in_order(case, "arrived_on", "departed_on")


def bad_end(case: Case) -> Iterator[Reason]:
    """A day before the contract or the arrival; a completed employment that had not begun."""
    begun = case.state.arrived_on is not None
    yield from _in_order(case, "ended_on", "arrived_on" if begun else "signed_on")
    if case.data.how is EmploymentEnd.COMPLETED and not begun:
        detail = "An employment that has not begun is not completed; say who ended it."
        yield Reason(code="NOT_STARTED", pointer="/data/how", detail=detail)


def bad_return(case: Case) -> Iterator[Reason]:
    """Who never departed, and a day before the end."""
    if case.state.phase is PlacementPhase.ENDED and case.state.departed_on is None:
        detail = f"{case.state.id} ended before the departure, so nobody returns."
        yield Reason(code="NEVER_DEPARTED", pointer="/subject", detail=detail)
    yield from _in_order(case, "returned_on", "departed_on")


def _in_order(case: Case, field: str, earlier: str) -> Iterator[Reason]:
    given: date = getattr(case.data, field)
    before: date | None = getattr(case.state, earlier)
    if before is not None and given < before:
        detail = f"`{field}` is before `{earlier}`, which was {before.isoformat()}."
        yield Reason(code="DATES_OUT_OF_ORDER", pointer=f"/data/{field}", detail=detail)
    yield from _ahead(case.item, field)


def _ahead(item: Input, field: str) -> Iterator[Reason]:
    if getattr(item.data, field) > latest(item.at):
        detail = "This day is after the report's time; only what has happened is recorded."
        yield Reason(code="DATED_AHEAD", pointer=f"/data/{field}", detail=detail)


def latest(at: datetime) -> date:
    """The last day that it can be anywhere on earth at an instant."""
    return at.astimezone(UTC).date() + timedelta(days=1)
