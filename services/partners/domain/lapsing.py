"""What happens to a partnership by itself: it lapses, its instruments begin and end."""

from __future__ import annotations

from jembatan.contracts.deciding import Decided, Input
from jembatan.contracts.model import moment
from jembatan.contracts.partners import PartnershipLapsed, PartnershipState, Phase
from services.partners.domain.standing import LAPSES, Registry, draft, moved, settled
from services.partners.domain.world import World


def come(world: World, item: Input, schemes: Registry) -> Decided:
    """A deadline has passed; nothing happens if it no longer applies."""
    state = world.partnerships.get(item.subject)
    if state is None:
        return Decided()
    if item.type == LAPSES:
        return _lapse(state, item)
    return Decided(moved(state, settled(state, item.at, schemes)))


def _lapse(state: PartnershipState, item: Input) -> Decided:
    waiting = not state.phase.opened and not state.phase.ended
    if not waiting or state.lapses_on is None or moment(state.lapses_on) > item.at:
        return Decided()
    after = state.model_copy(update={"phase": Phase.LAPSED})
    return Decided((draft("partnership.lapsed", PartnershipLapsed, state, after),))
