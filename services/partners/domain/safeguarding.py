"""The health workforce safeguards list (WHO Global Code of Practice): adopted when it is published."""

from __future__ import annotations

from jembatan.codes import iso3166
from jembatan.contracts.deciding import Draft, Input, Outcome, Refused
from jembatan.contracts.model import changed_fields, moment
from jembatan.contracts.partners import SafeguardsAdopted, SafeguardsPublished, SafeguardsState
from jembatan.contracts.refusal import Reason
from services.partners.domain.opening import checked
from services.partners.domain.reasons import answer, no_change, reason, unknown_code
from services.partners.domain.registering import FARTHEST_EAST
from services.partners.domain.standing import Registry, moved, settled
from services.partners.domain.world import World


def publish(world: World, item: Input, schemes: Registry) -> Outcome:
    """The list is in force from now on, and opened health partnerships are checked against it."""
    data: SafeguardsPublished = item.data
    current = SafeguardsState(
        id=item.subject, published_on=data.published_on, countries=tuple(sorted(set(data.countries)))
    )
    reasons = _faults(world, item, data)
    if reasons:
        return Refused(tuple(reasons))
    if current == world.safeguards:
        return Refused((no_change(current.id),))
    before = world.safeguards if world.safeguards and world.safeguards.id == current.id else None
    adopted = SafeguardsAdopted(state=current, changed=changed_fields(before, current))
    fact = Draft("safeguards.adopted", current.id, adopted)
    return answer([], fact, *_checks(world, current, item, schemes))


def _faults(world: World, item: Input, data: SafeguardsPublished) -> list[Reason]:
    found = [
        unknown_code("country of ISO 3166-1", code, f"/data/countries/{place}")
        for place, code in enumerate(data.countries)
        if not iso3166.is_country(code)
    ]
    if moment(data.published_on) > item.at + FARTHEST_EAST:
        found.append(reason("PUBLISHED_IN_FUTURE", "It is not published yet.", "/data/published_on"))
    known = world.safeguards
    if known is not None and known.id != item.subject and data.published_on <= known.published_on:
        detail = f"{known.id} of {known.published_on} is in force; only a later list takes its place."
        found.append(reason("LIST_OUTDATED", detail, "/data/published_on"))
    return found


def _checks(world: World, current: SafeguardsState, item: Input, schemes: Registry) -> list[Draft]:
    facts: list[Draft] = []
    for state in world.opened_in_health():
        after = state.model_copy(update={"safeguards": checked(state, current, item.at)})
        facts += moved(state, settled(after, item.at, schemes))
    return facts
