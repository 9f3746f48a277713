"""What may change in a schema within a major version: optional fields may be added, and nothing else.

A report of yesterday must still be taken, and yesterday's reader must still understand a fact. One rule for
both is simpler than two, and stricter than each alone would need.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_ABOUT = frozenset({"title", "description", "examples", "$id", "$schema", "$defs", "x-subject"})

Schema = Mapping[str, Any]


def breaks(old: Schema, new: Schema) -> list[str]:
    """What a new schema breaks for those who know the old one, one line each."""
    return list(_Comparison(old, new).at("", old, new))


class _Comparison:
    def __init__(self, old: Schema, new: Schema) -> None:
        self._old, self._new = old, new
        self._seen: set[tuple[str, str]] = set()

    def at(self, place: str, old: object, new: object) -> Iterator[str]:
        if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
            yield from self._values(place, old, new)
            return
        references = (str(old.get("$ref", "")), str(new.get("$ref", "")))
        # A schema that refers to itself is compared once.
        if any(references) and references in self._seen:
            return
        self._seen.add(references)
        yield from self._schemas(place, _resolved(old, self._old), _resolved(new, self._new))

    def _schemas(self, place: str, old: Schema, new: Schema) -> Iterator[str]:
        yield from self._fields(place, old, new)
        skipped = _ABOUT | {"properties", "required"}
        for keyword in sorted((old.keys() | new.keys()) - skipped):
            here = f"{place}/{keyword}"
            if keyword not in new:
                yield f"{here}: was removed"
            elif keyword not in old:
                yield f"{here}: was added"
            else:
                yield from self.at(here, old[keyword], new[keyword])

    def _fields(self, place: str, old: Schema, new: Schema) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        required_before, required_after = set(old.get("required", ())), set(new.get("required", ()))
        for name in before:
            if name not in after:
                yield f"{place}/{name}: the field was removed"
            else:
                yield from self.at(f"{place}/{name}", before[name], after[name])
        for name in sorted(required_after - required_before):
            how = "became" if name in before else "was added as"
            yield f"{place}/{name}: the field {how} required"
        for name in sorted((required_before - required_after) & after.keys()):
            yield f"{place}/{name}: the field is no longer required"

    def _values(self, place: str, old: object, new: object) -> Iterator[str]:
        if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
            for index, pair in enumerate(zip(old, new, strict=True)):
                yield from self.at(f"{place}/{index}", *pair)
        elif old != new:
            yield f"{place}: was {old!r}, is {new!r}"


def _resolved(schema: Schema, root: Schema) -> Schema:
    """A schema with its reference into `$defs` followed; what stands beside the reference counts too."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    target = root["$defs"][str(reference).rpartition("/")[2]]
    beside = {name: value for name, value in schema.items() if name != "$ref"}
    return {**target, **beside}
