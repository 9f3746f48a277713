"""Randomness beacons: chains whose rounds are signed at fixed times, as data.

A beacon's signature cannot be known before its time, even by most of its network's members, and anyone can
check it with the chain's public key (drand, https://docs.drand.love).
"""

from __future__ import annotations

import hashlib
import struct
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from jembatan.contracts.model import Code, Hex32, Strict

Signature = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{96}$")]
"""A point of G1 on BLS12-381, compressed: 48 bytes as 96 lower-case hexadecimal digits."""

# A compressed point of G2 whose second bit is set is infinity: with it, infinity signs everything.
PublicKey = Annotated[str, StringConstraints(pattern=r"^[89ab][0-9a-f]{191}$")]
"""A point of G2, compressed and not infinity: 96 bytes as 192 lower-case hexadecimal digits."""

BeaconRound = Annotated[int, Field(ge=1, le=2**53 - 1, strict=True)]
"""A beacon's number in its chain; the first is 1, and it comes at the chain's genesis."""


CALENDAR_END = 253_402_300_799
"""The last second of the year 9999, which ends Python's calendar."""


class Chain(Strict):
    """A chain: round r is signed at `genesis` + (r − 1) · `period`, both in whole seconds (Unix).

    `seed` is what drand calls the group's hash; only the chain's own hash depends on it.
    """

    name: Code
    public_key: PublicKey
    genesis: Annotated[int, Field(ge=0, le=2**33, strict=True)]
    period: Annotated[int, Field(ge=1, le=86_400, strict=True)]
    seed: Hex32
    scheme: Literal["bls-unchained-g1-rfc9380"] = "bls-unchained-g1-rfc9380"

    @property
    def hash(self) -> str:
        """The chain's name for everyone, as drand computes it: no two keys, and no two clocks, share one."""
        clock = struct.pack(">Iq", self.period, self.genesis)
        whole = clock + bytes.fromhex(self.public_key) + bytes.fromhex(self.seed)
        return hashlib.sha256(whole + (b"" if self.name == "default" else self.name.encode())).hexdigest()

    def time(self, number: int) -> datetime:
        """When the beacon of this number is signed; the end of the calendar for one beyond it."""
        seconds = self.genesis + (number - 1) * self.period
        return datetime.fromtimestamp(min(seconds, CALENDAR_END), UTC)

    def first_from(self, at: datetime) -> int:
        """The first beacon that is signed at this instant or later."""
        behind = at - datetime.fromtimestamp(self.genesis, UTC)
        return max(1, 1 - (-behind // timedelta(seconds=self.period)))


# The League of Entropy's chain (https://docs.drand.love); its hash is 52db9ba7…c84e971.
QUICKNET = Chain(
    name="quicknet",
    public_key=(
        "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
        "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
    ),
    genesis=1_692_803_367,
    period=3,
    seed="f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e",
)
