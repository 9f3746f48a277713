"""Candidates of one page of a freeze, judged while other work of the process goes on."""

from __future__ import annotations

import asyncio

from jembatan.contracts.matching.rounds import RoundState
from jembatan.contracts.refusal import Reason
from services.matching.domain import freezing
from services.matching.domain.against import Against
from services.matching.domain.rules import Rules
from services.matching.domain.world import CandidateRow
from services.matching.store import freezes

AT_ONCE = 20
"""Candidates judged before others have their turn; one takes about a millisecond."""


async def judged(
    page: freezes.Page, state: RoundState, frame: freezing.Frame, rules: Rules, secret: bytes
) -> list[freezing.Entry]:
    """Those of a page whom the round takes in."""
    entries = []
    for number, row in enumerate(page.rows, 1):
        entry = freezing.enter(state, frame, rules, row, _bars(row, page), secret)
        if entry is not None:
            entries.append(entry)
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
    return entries


def _bars(row: CandidateRow, page: freezes.Page) -> tuple[Reason, ...]:
    name = row.state.id
    if other := page.in_round.get(name):
        detail = f"The round {other} is not settled yet."
        return (Against(code="IN_OTHER_ROUND", detail=detail, values={"round": other}),)
    if offer := page.with_offer.get(name):
        detail = f"The offer {offer} is held already."
        return (Against(code="E_OFFER_HELD", detail=detail, values={"offer": offer}),)
    return ()
