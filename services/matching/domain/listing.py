"""Listings of a market and of a result, in parts that are small enough to be one event each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

PART_BYTES = 480 * 1024
"""Of the data of one listing; with its envelope it stays below 512 KiB."""

Entry = tuple[str, str, Any]
"""A list's name, a key in it (empty where it is a list and no object), and a JSON value."""


def market_parts(lists: Mapping[str, Iterable[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """The lists of a market, in this order, cut into parts; an empty market has one part."""
    entries = ((name, "", entry) for name, values in lists.items() for entry in values)
    return _numbered(_cut(entries))


def result_parts(tables: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The tables of a result, each by its keys' order, cut into parts; an empty result has one part."""
    entries = ((name, key, values[key]) for name, values in tables.items() for key in sorted(values))
    return _numbered(_cut(entries))


def join(parts: Iterable[Mapping[str, Any]], names: tuple[str, ...]) -> dict[str, list[Any]]:
    """The lists of these names, joined over all parts."""
    parts = list(parts)
    return {name: [entry for part in parts for entry in part.get(name, ())] for name in names}


def _numbered(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"part": number, **part} for number, part in enumerate(parts, 1)]


def _cut(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    parts: list[list[Entry]] = []
    part: list[Entry] = []
    size = 0
    for entry in entries:
        weight = _weight(entry)
        if part and size + weight > PART_BYTES:
            parts.append(part)
            part, size = [], 0
        part.append(entry)
        size += weight
    return [_as_object(one) for one in (*parts, part)]


def _weight(entry: Entry) -> int:
    _, key, value = entry
    return len(json.dumps(value, separators=(",", ":"))) + len(key) + 4


def _as_object(entries: Iterable[Entry]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for name, key, value in entries:
        if key:
            whole.setdefault(name, {})[key] = value
        else:
            whole.setdefault(name, []).append(value)
    return whole
