"""Sentences before they are in any language. Pure.

A sentence's English text is its name in the catalogues; `{name}` in it stands for a value, which the language
formats by that name. `tell`, `count` and `word` also mark texts for the extraction of the catalogues.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = str | int | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence and its values; with `many`, the text for one and for more than one, by `number`."""

    text: str
    values: Mapping[str, Value]
    many: str | None = None
    number: int = 1


def tell(text: str, values: Mapping[str, Value] | None = None, **more: Value) -> Message:
    """A sentence; of `values`, which may be all that is known, it takes what its text names."""
    return Message(text, {**(values or {}), **more})


def count(number: int, one: str, many: str, **values: Value) -> Message:
    """A sentence about a number, `{number}` in its texts."""
    return Message(one, {**values, "number": number}, many, number)


def word(text: str) -> str:
    """A word or name that stands as a value in sentences."""
    return text
