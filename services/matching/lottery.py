"""The public lottery among equals: one ticket a candidate a round, which anyone can recompute.

Every value that is published is written as 64 lower-case hex digits; every hash is taken over the raw
bytes, never over their hex digits, except where a value is named as hex in a ticket's message.

The randomness `rho` must be unknown while anyone can still change the market. By commit-reveal, each
committer publishes `commitment(secret)` before the round closes and the secret after the freeze. Since
`rho` also covers the snapshot, no committer can know it before the market is fixed; since it covers every
secret, one honest committer is enough. The last to reveal can still refuse to, which is why a default must
have public consequences (see Blum 1983, "Coin flipping by telephone", for the limits of the method).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping

TICKET_LABEL = b"jembatan-lottery/1"
_HEX_32_BYTES = re.compile(r"[0-9a-f]{64}")


def raw32(text: str) -> bytes:
    """The 32 bytes that 64 lower-case hex digits stand for; ValueError for any other text."""
    if not _HEX_32_BYTES.fullmatch(text):
        raise ValueError(f"expected 64 lower-case hex digits, got {len(text)} characters that are not")
    return bytes.fromhex(text)


def commitment(secret: bytes) -> str:
    """What a committer publishes beforehand: SHA-256 over the secret's 32 raw bytes, as hex.

    ValueError unless the secret has 32 bytes: a shorter one could be guessed from its commitment.
    """
    return hashlib.sha256(_whole(secret, "the secret")).hexdigest()


def opens(secret: bytes, committed: str) -> bool:
    """Whether this secret is the one that was committed to."""
    return len(secret) == 32 and hmac.compare_digest(commitment(secret), committed)


def rho(secrets: Mapping[str, bytes], snapshot: str) -> str:
    """The round's randomness: SHA-256(secret_1 ‖ … ‖ secret_k ‖ snapshot), as hex.

    `secrets` holds each committer's 32 raw bytes under its id and is taken in the order of the ids; the
    snapshot's hex is taken as its 32 raw bytes. ValueError without a committer, naming each secret that
    has not 32 bytes, or when the snapshot is not 64 hex digits.
    """
    if not secrets:
        raise ValueError("rho needs the secret of at least one committer")
    wrong = [committer for committer, secret in sorted(secrets.items()) if len(secret) != 32]
    if wrong:
        raise ValueError(f"a secret has 32 bytes; not so: {', '.join(wrong)}")
    ordered = b"".join(secret for _, secret in sorted(secrets.items()))
    return hashlib.sha256(ordered + raw32(snapshot)).hexdigest()


def ticket(rho: str, round_id: str, snapshot: str, candidate_id: str) -> str:
    """One candidate's ticket as hex; among equals the smaller one stands before.

    HMAC-SHA256 with rho's 32 raw bytes as the key, over the label, round id, snapshot (as hex) and
    candidate id, parted by NUL. Ids hold no NUL, so no two candidates or rounds share a message. A ticket
    does not depend on the other candidates except through the snapshot: each can check their own alone.
    """
    message = b"\0".join((TICKET_LABEL, round_id.encode(), snapshot.encode(), candidate_id.encode()))
    return hmac.digest(raw32(rho), message, "sha256").hex()


def _whole(secret: bytes, name: str) -> bytes:
    if len(secret) != 32:
        raise ValueError(f"{name} has {len(secret)} bytes instead of 32")
    return secret
