"""A chain of our own: beacons of any time, for tests that cannot wait for those of others."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from py_arkworks_bls12381 import G1Point, G2Point, Scalar

from jembatan.contracts.matching.chains import Chain
from services.matching.lottery_beacons import TAG, message

KEY = 0x6A656D626174616E
OTHER_KEY = KEY + 1


def chain(name: str, key: int = KEY, period: int = 3) -> Chain:
    """The chain that this secret key signs for, from the year 2024 on."""
    public = (G2Point() * Scalar(key)).to_compressed_bytes()
    return Chain(name=name, public_key=public.hex(), genesis=1_704_067_200, period=period, seed="5e" * 32)


LEAGUE = chain("league")


def sign(number: int, key: int = KEY) -> str:
    """A beacon's signature."""
    return bytes((G1Point.hash_to_curve(message(number), TAG) * Scalar(key)).to_compressed_bytes()).hex()


def beacon(number: int, key: int = KEY, of: Chain = LEAGUE) -> dict[str, Any]:
    """What a relay reports of it."""
    return {"chain": of.hash, "round": number, "signature": sign(number, key)}


def beacon_at(at: datetime) -> dict[str, Any]:
    """The first beacon from this time on."""
    return beacon(LEAGUE.first_from(at))


def write_chains(path: Path, *chains: Chain) -> Path:
    """An installation's file of chains."""
    path.write_text("".join(_entry(one) for one in chains))
    return path


def _entry(one: Chain) -> str:
    lines = (f"{name} = {value!r}" for name, value in one.model_dump().items())
    return "[[chain]]\n" + "\n".join(lines) + "\n\n"
