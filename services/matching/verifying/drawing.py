"""What can be told about the draw from the market alone: whether the secrets fit, and give this rho."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.matching import lottery


def draw_faults(document: Mapping[str, Any], snapshot: str) -> Iterator[str]:
    """A sentence for each secret that does not fit its commitment, and for a rho that they do not give."""
    draw, commitments = document["draw"], _commitments(document)
    secrets = draw.get("secrets") or {}
    if not secrets:
        return
    for who in sorted(secrets.keys() | commitments.keys()):
        yield from _committer(who, secrets.get(who), commitments.get(who))
    rho = lottery.rho({who: lottery.raw32(secret) for who, secret in secrets.items()}, snapshot)
    if rho != draw["rho"]:
        yield f"the file says rho is {draw['rho']}; the secrets and the snapshot give {rho}"


def notes(document: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each part of the draw that is taken as it is given."""
    draw = document["draw"]
    if draw.get("signature"):
        yield "The beacon's signature is not checked here: rho is taken as given."
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
