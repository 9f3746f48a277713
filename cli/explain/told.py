"""What a rule says of a reason. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from cli.explain.messages import Message, Value, tell

Values: TypeAlias = Mapping[str, Value]


class Told(NamedTuple):
    """What was asked and found, what is certain to have met it, and the source if the values name none."""

    says: Message
    remedy: Message | None = None
    source: Message | None = None


def shown_in_time(values: Values) -> Message:
    return tell("Shown, and valid on {day}, it would have met this rule.", values)
