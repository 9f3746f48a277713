"""Whether a result is the right one for its market: everything in it computed anew.

Snapshot, tickets, match, reasons, cut-offs and digest come from the plain reference (`mechanism`) and the
RFC 8785 library; then the match in the file is held against the definition of stability, which shares no
code with the mechanism. The fast code that large rounds are matched with is never used here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import rfc8785

from jembatan.contracts.matching.chains import QUICKNET, Chain
from services.matching.market import Market, result_document, sorted_market
from services.matching.mechanism import match
from services.matching.mechanism.order import tickets
from services.matching.verifying import comparing
from services.matching.verifying.blocking import objections
from services.matching.verifying.drawing import draw_faults, notes

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked; `difference`: the first thing wrong in it, None if nothing is."""

    name: str
    difference: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """All checks, each after those that it rests on; `notes`: what the files alone cannot tell."""

    checks: tuple[Check, ...]
    notes: tuple[str, ...]

    @property
    def difference(self) -> str | None:
        """The first thing wrong, or None if the result is verified."""
        return next((check.difference for check in self.checks if check.difference is not None), None)


def verify(document: Json, market: Market, result: Json, chains: Iterable[Chain] = (QUICKNET,)) -> Verdict:
    """Check a result's document against a market's document and the `Market` read from it.

    Both must have the shape of their formats (`documented`, `read_result`). A beacon's signature is checked
    if its chain is one of `chains`.
    """
    own = replace(market, snapshot=_sha256(sorted_market(_without(document, "draw"))))
    known = {chain.hash: chain for chain in chains}
    found = _differences(document, own, result, known)
    return Verdict(
        tuple(Check(name, next(said, None)) for name, said in found.items()), tuple(notes(document, known))
    )


def _differences(
    document: Json, market: Market, given: Json, chains: Mapping[str, Chain]
) -> dict[str, Iterator[str]]:
    drawn = tickets(market)
    right: Json = result_document(match(market))
    return {
        "round": comparing.values("the round", given["round_id"], market.round_id),
        "snapshot": comparing.values("the snapshot", given["snapshot"], market.snapshot),
        "draw": draw_faults(document, market.snapshot, chains),
        "tickets": comparing.tickets(given["cutoffs"], drawn),
        "matches": comparing.matches(given["matches"], right["matches"]),
        "passed_over": comparing.passed_over(given["passed_over"], right["passed_over"]),
        "cutoffs": comparing.cutoffs(given["cutoffs"], right["cutoffs"]),
        "stability": objections(market, given["matches"], drawn),
        "digest": comparing.values("the digest", given["digest"], _sha256(_without(given, "digest"))),
    }


def _without(document: Json, name: str) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != name}


def _sha256(document: Json) -> str:
    return hashlib.sha256(rfc8785.dumps(dict(document))).hexdigest()
