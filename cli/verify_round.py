"""`jembatan verify --round ID`: checks a round from `matching.public` alone, as anyone can."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from cli.exits import Exit, Failed
from cli.output import put_line, say
from cli.verify import put_verdict, put_verdict_json
from jembatan.chains import BadChains, load_chains
from jembatan.client import Event, Subscriber
from jembatan.contracts.envelope import FactEnvelope
from services.matching.verifying.facts import Fact
from services.matching.verifying.public import verify_round

PUBLIC = "matching.public"


def verify(bootstrap: str, round_id: str, chains: Path | None, *, as_json: bool) -> int:
    """Read the topic, check the round, say what came of it.

    The exit code: 0 all holds; 1 something does not, with the first difference. A round of which there is no
    fact, or a bad file of chains, ends in `Failed` with code 2.
    """
    try:
        known = load_chains(chains)
    except BadChains as error:
        raise Failed(Exit.BAD_INPUT, str(error)) from error
    facts = asyncio.run(read(bootstrap, round_id))
    if not facts:
        raise Failed(Exit.BAD_INPUT, f"There is no fact of a round {round_id} in {PUBLIC}.")
    found = verify_round(round_id, facts, known)
    if as_json:
        put_verdict_json(round_id, found.verdict)
    else:
        put_line(f"Round {round_id}: {len(facts)} public facts, {found.state['phase']}")
        put_verdict(found.verdict)
    return Exit.OK if found.verdict.difference is None else Exit.NO


async def read(bootstrap: str, round_id: str) -> list[Fact]:
    """Every public fact of a round that there is now, by a consumer without a group."""
    found: list[Fact] = []
    unreadable = 0
    async with Subscriber(bootstrap, [PUBLIC], from_="earliest", to_end=True) as subscriber:
        async for one in subscriber.received():
            if not isinstance(one, Event):
                unreadable += 1
            elif one.noun == "round" and one.subject == round_id:
                found.append(_fact(one))
    if unreadable:
        say(f"{unreadable} records of {PUBLIC} cannot be read by this version.")
    return found


def _fact(event: Event) -> Fact:
    # As it stands, so that nothing that was added to it is passed over.
    data = json.loads(event.record.value or b"{}")["data"]
    simulated = isinstance(event.envelope, FactEnvelope) and bool(event.envelope.simulated)
    return Fact(event.name, event.sequence, data, None if simulated else event.record.at)
