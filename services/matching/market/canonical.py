"""RFC 8785 (JSON Canonicalization Scheme) at the speed of the standard library's encoder.

For text in ASCII and whole numbers up to 2^53 the canonical form is what `json.dumps` writes with sorted keys
and no spaces: sorting by code point is then sorting by UTF-16, and no number has an exponent. All of a
market without faults and of a result is so, except for the market's `rules`, `lottery` and `as_of`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import rfc8785

FREE = ("rules", "lottery", "as_of")


def canonical(document: Mapping[str, Any]) -> bytes:
    """The RFC 8785 form of a market without faults, or of a result."""
    return _joined(_members(document))


def sha256(document: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the canonical form."""
    return hashlib.sha256(canonical(document)).hexdigest()


def with_digest(document: Mapping[str, Any]) -> bytes:
    """The canonical form of a document to which its own hash is added under `digest`."""
    members = list(_members(document))
    digest = hashlib.sha256(_joined(members)).hexdigest()
    return _joined(sorted([*members, *_members({"digest": digest})]))


def _joined(members: Iterable[bytes]) -> bytes:
    return b"{" + b",".join(members) + b"}"


def _members(document: Mapping[str, Any]) -> Iterator[bytes]:
    for name in sorted(document):
        value = document[name]
        yield _plain(name) + b":" + (rfc8785.dumps(value) if name in FREE else _plain(value))


def _plain(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
