"""Whether a round was drawn from the beacon that had to draw it, and whether nobody could know it before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from jembatan.contracts.matching.chains import Chain
from services.matching import lottery_beacons
from services.matching.verifying.facts import Fact

Json = Mapping[str, Any]
LEAD = timedelta(minutes=10)


def beacon_faults(facts: Sequence[Fact], chains: Mapping[str, Chain]) -> Iterator[str]:
    """A sentence for each thing wrong with the beacon named at the freeze, or with the one that drew."""
    frozen = next((fact for fact in facts if fact.name == "round.frozen"), None)
    drawn = next((fact for fact in facts if fact.name == "round.drawn"), None)
    if frozen is None or (drawn is None and frozen.data["state"].get("beacon_round") is None):
        return
    chain = chains.get(frozen.data["state"].get("chain") or "")
    number = drawn.data["state"].get("drawn_from") if drawn else None
    if drawn is not None and number is None:
        yield from _of_secrets(drawn.data["state"])
    elif drawn is not None and chain is None:
        yield f"the chain {frozen.data['state'].get('chain')} is unknown: name it in a file, --chains FILE"
    if chain is not None and frozen.data["state"].get("beacon_round") is not None:
        yield from _named(frozen, chain)
        if drawn is not None and number is not None:
            yield from _drew(facts, drawn, chain)


def _of_secrets(state: Json) -> Iterator[str]:
    if state["lottery"] == "drand":
        yield "the lottery was to be drawn by a beacon, and no beacon is named that drew it"
    for who in sorted(set(state["committers"]) - set(state["secrets"])):
        yield f"the lottery is drawn, and {who} has shown no secret"


def _named(frozen: Fact, chain: Chain) -> Iterator[str]:
    state = frozen.data["state"]
    comes = chain.time(state["beacon_round"])
    if not (state.get("beacon_at") and state.get("frozen_at")):
        yield "round.frozen names a beacon, and does not say when it comes or when the round was frozen"
        return
    if datetime.fromisoformat(state["beacon_at"]) != comes:
        yield f"beacon {state['beacon_round']} comes at {comes.isoformat()}, not at {state['beacon_at']}"
    since = {"frozen_at": state["frozen_at"]}
    if state["lottery"] == "commit-reveal":
        since["reveal_by"] = state["reveal_by"]
    for name, instant in since.items():
        if comes - datetime.fromisoformat(instant) < LEAD:
            yield f"beacon {state['beacon_round']} comes less than ten minutes after `{name}`, {instant}"
    if frozen.at is not None and frozen.at >= comes:
        yield (
            f"beacon {state['beacon_round']} was public when the broker got round.frozen,"
            f" at {frozen.at.isoformat()}"
        )


def _drew(facts: Sequence[Fact], drawn: Fact, chain: Chain) -> Iterator[str]:
    state = drawn.data["state"]
    number = state["drawn_from"]
    before = [fact.data["state"] for fact in facts if fact.sequence < drawn.sequence and "state" in fact.data]
    if number != before[-1].get("awaits"):
        yield f"the lottery is drawn from beacon {number}; the round waited for {before[-1].get('awaits')}"
    right = lottery_beacons.randomness(chain, number, str(state["signature"]))
    if right is None:
        yield f"the signature is not that of {chain.name}'s beacon {number}"
    elif right != state["rho"]:
        yield f"rho is {state['rho']}; the signature of beacon {number} gives {right}"
    if drawn.at is not None and drawn.at < chain.time(number):
        yield f"the lottery was drawn at {drawn.at.isoformat()}, before its beacon came"
