"""Whether a beacon is its chain's: the signature checked with the chain's public key, offline.

The check is pure computing of some milliseconds. `drand-verify` does it where it has wheels (Python before
3.13), else the pairing itself, on `py-arkworks-bls12381`: e(signature, g2) = e(H(round), public key), with
the hash to the curve of RFC 9380.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache

from py_arkworks_bls12381 import GT, G1Point, G2Point

from jembatan.contracts.matching.chains import Chain

try:
    from drand_verify import verify_bls_unchained_g1_rfc9380 as _drand
except ImportError:  # There is no wheel for this version of Python.
    _drand = None

# drand's unchained scheme signs SHA-256 of the round as 8 bytes, big-endian, under this tag.
TAG = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
_SIGNATURE = re.compile(r"[0-9a-f]{96}")
Check = Callable[[Chain, int, str], bool]


def randomness(chain: Chain, number: int, signature: str) -> str | None:
    """The beacon's randomness (64 hex digits), SHA-256 of its signature; None if the signature is not its.

    `signature`: a compressed point of G1 as 96 lower-case hex digits; any other text is no signature.
    """
    if not _SIGNATURE.fullmatch(signature) or not 0 < number < 2**63:
        return None
    # Several reporters bring the same beacon.
    return _randomness(chain, number, signature)


def message(number: int) -> bytes:
    """What a chain signs for a round."""
    return hashlib.sha256(number.to_bytes(8, "big")).digest()


@lru_cache(maxsize=256)
def _randomness(chain: Chain, number: int, signature: str) -> str | None:
    check = by_pairing if _drand is None else by_drand_verify
    return hashlib.sha256(bytes.fromhex(signature)).hexdigest() if check(chain, number, signature) else None


def by_drand_verify(chain: Chain, number: int, signature: str) -> bool:
    """Whether `drand-verify` takes the signature."""
    if _drand is None:
        raise RuntimeError("drand-verify has no wheel for this version of Python")
    try:
        _drand(number, signature, chain.public_key)
    except ValueError:
        return False
    return True


def by_pairing(chain: Chain, number: int, signature: str) -> bool:
    """Whether the pairings are equal, which is what the signature means."""
    try:
        point = G1Point.from_compressed_bytes(bytes.fromhex(signature))
        key = G2Point.from_compressed_bytes(bytes.fromhex(chain.public_key))
    except ValueError:
        return False
    hashed = G1Point.hash_to_curve(message(number), TAG)
    return bool(GT.multi_pairing([point, -hashed], [G2Point(), key]) == GT.one())
