"""A round checked from what was made public of it, and nothing else: the facts of `matching.public`.

First that the facts are all there, in order, and contradict neither each other nor the broker's times; then
that the lottery was drawn from what it had to be drawn from; then that the result is the right one for the
listed market, by `verify`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jembatan.contracts.matching.chains import QUICKNET, Chain
from services.matching.market import RESULT_FORMAT, BadFile, documented, read_result
from services.matching.verifying import Check, Verdict, verify
from services.matching.verifying.beacons import beacon_faults
from services.matching.verifying.facts import Fact, fact_faults, last_state, listed

LISTS = ("nodes", "vacancies", "candidates")
TABLES = ("matches", "passed_over", "cutoffs")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """A round's verdict, and the state in which its facts leave it."""

    state: Mapping[str, Any]
    verdict: Verdict


def verify_round(round_id: str, facts: Sequence[Fact], chains: Iterable[Chain] = (QUICKNET,)) -> Found:
    """Check all facts about this round, in any order; there must be at least one.

    A round that was aborted has no result to check. One that goes on is not verified yet.
    """
    facts = sorted(facts, key=lambda fact: fact.sequence)
    known = {chain.hash: chain for chain in chains}
    state = last_state(facts)
    checks = [Check("facts", next(fact_faults(round_id, facts), None))]
    if checks[0].difference is None:
        checks.append(Check("beacon", next(beacon_faults(facts, known), None)))
    if any(check.difference for check in checks) or state["phase"] == "aborted":
        return Found(state, Verdict(tuple(checks), tuple(_notes(state))))
    if state["phase"] not in ("published", "settled"):
        said = f"there is no result yet: the round is {state['phase']}"
        return Found(state, Verdict((*checks, Check("result", said)), tuple(_notes(state))))
    rest = _result(facts, state, known.values())
    return Found(state, Verdict((*checks, *rest.checks), (*_notes(state), *rest.notes)))


def _result(facts: Sequence[Fact], state: Json, chains: Iterable[Chain]) -> Verdict:
    try:
        document, market = documented(_bytes(market_document(facts, state)))
        result = read_result(_bytes(_result_document(facts, state)))
    except BadFile as error:
        return Verdict((Check("listings", error.faults[0]),), ())
    listings = Check("listings", next(_counts(facts, state, document, result), None))
    found = verify(document, market, result | {"snapshot": state["snapshot"]}, chains)
    return Verdict((listings, *found.checks), found.notes)


def market_document(facts: Sequence[Fact], state: Json) -> Json:
    """The market file that the facts make, its draw included."""
    header = next(fact.data["market"] for fact in facts if fact.name == "round.frozen")
    shown = {"signature": state["signature"]} if state.get("signature") else {"secrets": state["secrets"]}
    parts = listed(facts, "round.market_listed")
    lists = {name: [entry for part in parts for entry in part.get(name, ())] for name in LISTS}
    return {**header, **lists, "draw": {"rho": state["rho"], **shown}}


def _result_document(facts: Sequence[Fact], state: Json) -> Json:
    tables: Json = {name: {} for name in TABLES}
    for part in listed(facts, "round.result_listed"):
        for name, table in tables.items():
            table.update(part.get(name, {}))
    named = {"format": RESULT_FORMAT, "round_id": state["id"], "snapshot": state["snapshot"]}
    return {**named, **tables, "digest": state["digest"]}


def _counts(facts: Sequence[Fact], state: Json, document: Json, result: Json) -> Iterator[str]:
    if document["round_id"] != state["id"]:
        yield f"the market is of the round {document['round_id']}"
    for said, name, number in (
        (state["candidates"], "candidates", len(document["candidates"])),
        (state["matched"], "matches", len(result["matches"])),
    ):
        if said != number:
            yield f"the facts say {said} {name}, and list {number}"
    published = next(fact.data for fact in facts if fact.name == "round.published")
    for place, last in published["cutoffs"].items():
        if result["cutoffs"].get(place) != last:
            yield f"round.published and the listed result give {place} different cut-offs"


def _notes(state: Json) -> Iterator[str]:
    if not state.get("public", True):
        who = ", ".join(state["committers"])
        yield f"NOT PUBLIC: {who} alone drew the lottery, and could have tried markets until it liked one."
    if state["phase"] == "aborted":
        yield f"The round was aborted, {state['aborted_for']}: it has no result."


def _bytes(document: Json) -> bytes:
    return json.dumps(document).encode()
