"""Personal data outside its places (promise 8): no evidence in a fact, no candidate's id in public. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from cli.doctor.finding import Finding
from cli.doctor.kinds import Kind
from cli.doctor.told import Told
from jembatan.contracts import events  # noqa: F401  (declares them)
from jembatan.contracts.registry import FACTS, REPORTS

ALSO_PRIVATE = frozenset({"reasons"})
"""Why a candidate is not eligible is told in no fact."""
_WORDS = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:-]*")


@cache
def marked() -> frozenset[str]:
    """Names of the fields in which reports that are marked personal carry personal data.

    A field that a fact of matching declares too, as `origin`, tells nothing that is not told anyway.
    """
    reports = {name for one in REPORTS.values() if one.personal for name in _names(one.model)}
    facts = {name for one in FACTS.values() if one.service == "matching" for name in _names(one.model)}
    return frozenset(reports - facts) | ALSO_PRIVATE


@cache
def declared(name: str) -> frozenset[str]:
    """Names of the fields of a fact and of its parts; of none if it is not known."""
    return frozenset(_names(FACTS[name].model)) if name in FACTS else frozenset()


def _names(model: type[BaseModel]) -> set[str]:
    found: set[str] = set()
    waiting, seen = [model], set()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        found |= one.model_fields.keys()
        waiting += [part for field in one.model_fields.values() for part in _models(field.annotation)]
    return found


def _models(kind: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for inner in get_args(kind):
        yield from _models(inner)


def fields(service: str, fact: Told) -> Iterator[Finding]:
    """Fields of evidence in a fact, wherever in it they stand, that its schema does not declare."""
    if fact.is_refusal:
        return
    banned = marked() - declared(fact.name)
    for name in sorted(set(_keys(fact.data)) & banned):
        what = f"{fact.name} {fact.subject} carries `{name}`"
        yield Finding(Kind.PERSONAL_FIELD, service, fact.where, what)


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _keys(one)


def words(fact: Told) -> set[str]:
    """Whatever in a fact could be an id, a composite's parts among it."""
    found = {word.decode() for word in _WORDS.findall(fact.value)}
    return found | {one.rstrip("._:-") for one in found} | {one.partition(":")[2] for one in found}


def named(service: str, facts: Iterable[Told], candidates: Collection[str]) -> Iterator[Finding]:
    """Facts of a public topic that name one of these candidates."""
    for fact in facts:
        for name in sorted(words(fact) & set(candidates)):
            what = f"{fact.name} {fact.subject} names the candidate {name}"
            yield Finding(Kind.CANDIDATE_IN_PUBLIC, service, fact.where, what)


def retention(service: str, topic: str, kept_ms: int, most_ms: int) -> Iterator[Finding]:
    """A topic of personal data whose retention is too long; negative: for ever."""
    if kept_ms < 0 or kept_ms > most_ms:
        kept = "for ever" if kept_ms < 0 else f"{kept_ms / 86_400_000:g} days"
        what = f"it keeps {kept}, and may keep {most_ms / 86_400_000:g} days"
        yield Finding(Kind.KEPT_TOO_LONG, service, topic, what)
