"""A round's announcement: what must hold of its scope, its times and its committers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from jembatan.contracts.deciding import Decided, Draft, Input, Outcome, Refused
from jembatan.contracts.matching.chains import QUICKNET, Chain
from jembatan.contracts.matching.rounds import Phase, RoundAnnounced, RoundOpened, RoundState
from jembatan.contracts.model import PARTNERSHIP_LIKE, changed_fields
from jembatan.contracts.refusal import Reason
from services.matching.domain import refusing
from services.matching.domain.rules import Programmes
from services.matching.domain.world import World

Chains = Mapping[str, Chain]
"""The installation's chains of beacons, by their hashes."""


def announce(world: World, item: Input, programmes: Programmes, chains: Chains) -> Outcome:
    """A new round, open until `closes_at`."""
    data: RoundAnnounced = item.data
    reasons = [
        *_of_subject(world, item),
        *_of_times(data, item),
        *_of_scope(world, data),
        *_of_programme(world, data, programmes),
        *_repeated("committers", data.committers),
        *_of_lottery(data),
        *_of_chain(data, chains),
        *refusing.outside(item, *(one for one in data.scope if one.count(":") == 4)),
    ]
    if reasons:
        return Refused(tuple(reasons))
    state = RoundState(
        id=item.subject,
        phase=Phase.OPEN,
        as_of=data.as_of or data.closes_at,
        public=len(data.committers) != 1,
        chain=_chain(data, chains),
        **_shared(data),
    )
    return Decided(
        (Draft("round.opened", state.id, RoundOpened(state=state, changed=changed_fields(None, state))),)
    )


def _shared(data: RoundAnnounced) -> dict[str, object]:
    return {name: value for name, value in data if name not in ("as_of", "chain")}


def _chain(data: RoundAnnounced, chains: Chains) -> str | None:
    wanted = data.chain or QUICKNET.name
    return next((chain.hash for chain in chains.values() if chain.name == wanted), None)


def _of_subject(world: World, item: Input) -> Iterator[Reason]:
    assert item.reporter is not None
    if row := world.rounds.get(item.subject):
        yield refusing.wrong_state(
            "round", item.subject, row.state.phase, "give a new round an id of its own"
        )
    if ":" in item.subject or PARTNERSHIP_LIKE.match(item.subject):
        detail = (
            "A round's id has no ':', for offers are named round:candidate, and is not two capitals alone."
        )
        yield Reason(code="BAD_ID", pointer="/subject", detail=detail)
    if not item.reporter.issued(item.subject):
        detail = f"A round's id begins with its organiser's code: {item.reporter.code}."
        yield Reason(code=refusing.NOT_YOUR_REPORT, pointer="/subject", detail=detail)


def _of_times(data: RoundAnnounced, item: Input) -> Iterator[Reason]:
    if data.closes_at <= item.at:
        detail = f"The round would close at {data.closes_at.isoformat()}, before it is announced."
        yield Reason(code="CLOSES_IN_PAST", pointer="/data/closes_at", detail=detail)
    for earlier, later in (("closes_at", "reveal_by"), ("reveal_by", "answer_by")):
        if getattr(data, later) <= getattr(data, earlier):
            detail = f"`{later}` must be after `{earlier}`."
            yield Reason(code="TIMES_OUT_OF_ORDER", pointer=f"/data/{later}", detail=detail)


def _of_scope(world: World, data: RoundAnnounced) -> Iterator[Reason]:
    yield from _repeated("scope", data.scope)
    for place, name in enumerate(data.scope):
        found = world.partnerships.get(name)
        if found is None:
            detail = f"There is no partnership {name}."
            yield Reason(code="UNKNOWN_PARTNERSHIP", pointer=f"/data/scope/{place}", detail=detail)
        elif found.phase != "open":
            detail = f"The partnership {name} is {found.phase}; a round needs open ones."
            yield Reason(code="PARTNERSHIP_NOT_OPEN", pointer=f"/data/scope/{place}", detail=detail)


def _of_programme(world: World, data: RoundAnnounced, programmes: Programmes) -> Iterator[Reason]:
    rules = programmes.get(data.programme)
    if rules is None:
        known = ", ".join(sorted(programmes)) or "none is installed"
        detail = f"There is no programme {data.programme}; known: {known}."
        yield Reason(code="UNKNOWN_PROGRAMME", pointer="/data/programme", detail=detail)
        return
    for place, name in enumerate(data.scope):
        if name in world.partnerships and not rules.meant_for(name):
            detail = f"The programme {data.programme} is not meant for {name}."
            yield Reason(code="PROGRAMME_MISMATCH", pointer=f"/data/scope/{place}", detail=detail)


def _of_lottery(data: RoundAnnounced) -> Iterator[Reason]:
    if data.lottery == "drand" and data.committers:
        detail = "A lottery drawn by a beacon has no committers; leave them out."
        yield Reason(code="COMMITTERS_NOT_NEEDED", pointer="/data/committers", detail=detail)
    elif data.lottery == "commit-reveal" and not data.committers:
        detail = "Name who draws the lottery, at least two so that it is public, or let a beacon draw: drand."
        yield Reason(code="COMMITTERS_MISSING", pointer="/data/committers", detail=detail)


def _of_chain(data: RoundAnnounced, chains: Chains) -> Iterator[Reason]:
    if _chain(data, chains) is None:
        known = ", ".join(sorted(chain.name for chain in chains.values()))
        detail = f"There is no chain {data.chain or QUICKNET.name}; known: {known or 'none'}."
        yield Reason(code="UNKNOWN_CHAIN", pointer="/data/chain", detail=detail)


def _repeated(field: str, names: Sequence[str]) -> Iterator[Reason]:
    for place, name in enumerate(names):
        if name in names[:place]:
            detail = f"{name} is named twice; name it once."
            yield Reason(code="REPEATED", pointer=f"/data/{field}/{place}", detail=detail)
