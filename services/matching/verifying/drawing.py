"""What can be told about the draw from the market alone: whether secrets or beacon fit, and give this rho."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jembatan.contracts.matching.chains import Chain
from services.matching import lottery, lottery_beacons

Chains = Mapping[str, Chain]


def draw_faults(document: Mapping[str, Any], snapshot: str, chains: Chains) -> Iterator[str]:
    """A sentence for each secret or beacon that does not fit, and for a rho that they do not give."""
    draw, commitments = document["draw"], _commitments(document)
    if draw.get("signature"):
        yield from _beacon(document, chains)
    secrets = draw.get("secrets") or {}
    if not secrets:
        return
    for who in sorted(secrets.keys() | commitments.keys()):
        yield from _committer(who, secrets.get(who), commitments.get(who))
    rho = lottery.rho({who: lottery.raw32(secret) for who, secret in secrets.items()}, snapshot)
    if rho != draw["rho"]:
        yield f"the file says rho is {draw['rho']}; the secrets and the snapshot give {rho}"


def _beacon(document: Mapping[str, Any], chains: Chains) -> Iterator[str]:
    chain, draw = _chain(document, chains), document["draw"]
    if chain is None:
        return
    given = [lottery_beacons.randomness(chain, number, draw["signature"]) for number in _named(document)]
    right = next((rho for rho in given if rho is not None), None)
    if right is None:
        numbers = ", ".join(map(str, _named(document))) or "none"
        yield f"the signature is that of no beacon of {chain.name} that the market names ({numbers})"
    elif right != draw["rho"]:
        yield f"the file says rho is {draw['rho']}; the beacon's signature gives {right}"


def _chain(document: Mapping[str, Any], chains: Chains) -> Chain | None:
    name = (document.get("lottery") or {}).get("chain")
    return chains.get(name) if isinstance(name, str) else None


def _named(document: Mapping[str, Any]) -> list[int]:
    about = document.get("lottery") or {}
    others = about.get("fallbacks")
    numbers = [about.get("beacon_round"), *(others if isinstance(others, list) else [])]
    return [number for number in numbers if isinstance(number, int)]


def notes(document: Mapping[str, Any], chains: Chains) -> Iterator[str]:
    """A sentence for each part of the draw that is taken as it is given."""
    draw = document["draw"]
    if draw.get("signature"):
        if _chain(document, chains) is None:
            yield "The beacon's signature is not checked here, its chain is unknown: rho is taken as given."
    elif not draw.get("secrets"):
        yield "The market names no secrets: rho is taken as given."
    elif not _commitments(document):
        yield "The market names no commitments: who chose the secrets, and when, is not checked here."


def _committer(who: str, secret: str | None, committed: object) -> Iterator[str]:
    if secret is None:
        yield f"{who} committed to a secret that the draw does not name"
    elif committed is None:
        yield f"{who} shows a secret and did not commit to it"
    elif not (isinstance(committed, str) and lottery.opens(lottery.raw32(secret), committed)):
        yield f"the secret of {who} is not the one committed to"


def _commitments(document: Mapping[str, Any]) -> Mapping[str, Any]:
    about = document.get("lottery") or {}
    commitments = about.get("commitments") or {}
    return commitments if isinstance(commitments, Mapping) else {}
