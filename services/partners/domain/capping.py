"""Caps: set for a scope and a period, in a tree; what is in force follows the periods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from jembatan.codes import isic, iso3166
from jembatan.contracts.deciding import Decided, Draft, Input, Outcome
from jembatan.contracts.model import changed_fields, moment
from jembatan.contracts.partners import Cap, CapChanged, CapSet, CapState, Scope, cap_id
from jembatan.contracts.refusal import Reason
from services.partners.domain.reasons import (
    answer,
    mismatch,
    no_change,
    reason,
    rights,
    unknown,
    unknown_code,
    wrong_state,
)
from services.partners.domain.registering import has_lapsed
from services.partners.domain.standing import Registry, moved
from services.partners.domain.world import Deadline, World

STARTS = "cap.period_starts"
ENDS = "cap.period_ends"


def starts(cap: CapState) -> datetime | None:
    return None if cap.period_start is None else moment(cap.period_start)


def ends(cap: CapState) -> datetime | None:
    """The first instant after the period."""
    return None if cap.period_end is None else moment(cap.period_end)


def in_period(cap: CapState, at: datetime) -> bool:
    start, end = starts(cap), ends(cap)
    return (start is None or start <= at) and (end is None or at < end)


def next_deadline(cap: CapState, at: datetime) -> Deadline | None:
    """When its period begins or ends next, as seen at this time."""
    start, end = starts(cap), ends(cap)
    if start is not None and at < start:
        return Deadline(STARTS, start)
    return Deadline(ENDS, end) if end is not None and at < end else None


def cap_at(caps: Iterable[CapState], at: datetime) -> Cap | None:
    """The one of a node's caps that is in force at this time."""
    for cap in caps:
        if in_period(cap, at):
            return Cap(period_start=cap.period_start, period_end=cap.period_end, max=cap.max)
    return None


def set_cap(world: World, item: Input, schemes: Registry) -> Outcome:
    """A new cap, or another end or number of a known one."""
    data: CapSet = item.data
    scope = Scope(**data.scope.model_dump())
    before = world.caps.get(cap_id(scope.node, data.period_start))
    after = CapState(
        id=cap_id(scope.node, data.period_start),
        scope=scope,
        node=scope.node,
        period_start=data.period_start,
        period_end=data.period_end,
        max=data.max,
        in_force=False,
    )
    after = after.model_copy(update={"in_force": in_period(after, item.at)})
    reasons = [*rights(item, scope.origin, scope.jurisdiction), *_faults(world, item, after, schemes)]
    if before is not None and _same(before, after) and not reasons:
        reasons.append(no_change(after.id))
    return answer(reasons, _changed(before, after), *_below(world, after, item.at))


def _same(before: CapState, after: CapState) -> bool:
    return (before.period_end, before.max) == (after.period_end, after.max)


def _changed(before: CapState | None, after: CapState) -> Draft:
    data = CapChanged(state=after, changed=changed_fields(before, after))
    return Draft("cap.changed", after.id, data)


def _below(world: World, cap: CapState, at: datetime) -> tuple[Draft, ...]:
    """What a cap at a partnership's own level changes in the partnership."""
    state = world.partnerships.get(cap.node)
    if state is None or state.phase.ended:
        return ()
    others = [one for one in world.caps_of(cap.node) if one.id != cap.id]
    return moved(state, state.model_copy(update={"cap": cap_at([*others, cap], at)}))


def _faults(world: World, item: Input, cap: CapState, schemes: Registry) -> Iterator[Reason]:
    if item.subject != cap.node:
        yield mismatch(item.subject, cap.node)
    yield from _codes(cap.scope, schemes)
    yield from _partnership(world, cap, item.at)
    if cap.period_start and cap.period_end and cap.period_end <= cap.period_start:
        yield reason("CAP_PERIOD_EMPTY", "The period ends before it begins.", "/data/period_end")
    for other in sorted(world.caps.values(), key=lambda one: one.id):
        if other.id != cap.id and _meet(cap, other):
            yield from _clash(cap, other)


def _codes(scope: Scope, schemes: Registry) -> Iterator[Reason]:
    checks = (
        ("origin", scope.origin, iso3166.is_country, "country of ISO 3166-1"),
        ("jurisdiction", scope.jurisdiction, iso3166.is_jurisdiction, "country or subdivision of ISO 3166"),
        ("sector", scope.sector, isic.is_sector, "section or division of ISIC Rev. 4"),
        ("scheme", scope.scheme, schemes.__contains__, "scheme here"),
    )
    for name, code, known, what in checks:
        if code is not None and not known(code):
            yield unknown_code(what, code, f"/data/scope/{name}")
    if scope.number is not None and None in scope.parts:
        detail = (
            "A number names one partnership, so origin, jurisdiction, sector and scheme must be given too."
        )
        yield reason("SCOPE_INCOMPLETE", detail, "/data/scope")


def _partnership(world: World, cap: CapState, at: datetime) -> Iterator[Reason]:
    if None in cap.scope.parts:
        return
    state = world.partnerships.get(cap.node)
    if state is None:
        yield unknown(f"partnership {cap.node}")
    elif state.phase.ended or has_lapsed(state, at):
        yield wrong_state(state, "it has ended")


def _clash(cap: CapState, other: CapState) -> Iterator[Reason]:
    if other.node == cap.node:
        detail = f"The period overlaps that of {other.id}; end that one first, or choose another period."
        yield reason("CAP_PERIODS_OVERLAP", detail, "/data/period_start")
    elif crosses(cap.scope, other.scope):
        detail = (
            f"The scopes {cap.node} and {other.node} cross: neither lies inside the other, yet they meet."
        )
        yield reason("CAPS_NOT_LAMINAR", detail, "/data/scope")


def crosses(one: Scope, other: Scope) -> bool:
    """Whether some partnership could lie in both, and neither holds the other."""
    pairs = list(zip(one.parts, other.parts, strict=True))
    meet = all(a is None or b is None or a == b for a, b in pairs)
    holds = all(a is None or a == b for a, b in pairs) or all(b is None or a == b for a, b in pairs)
    return meet and not holds


def _meet(one: CapState, other: CapState) -> bool:
    """Whether their periods have a day in common."""
    return _begins_before(one.period_start, other.period_end) and _begins_before(
        other.period_start, one.period_end
    )


def _begins_before(start: date | None, end: date | None) -> bool:
    return start is None or end is None or start < end


def turn(world: World, item: Input) -> Decided:
    """A period has begun or ended."""
    before = world.caps.get(item.subject)
    if before is None:
        return Decided()
    after = before.model_copy(update={"in_force": in_period(before, item.at)})
    changed = () if after == before else (_changed(before, after),)
    return Decided((*changed, *_below(world, after, item.at)))
