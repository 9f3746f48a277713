"""A reason against a pair of a candidate and a vacancy, in words and in values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from pydantic import Field

from jembatan.contracts.refusal import Reason

Value: TypeAlias = str | int | tuple[str, ...]


class Against(Reason):
    """A reason with what was asked and found as values, so that it can be told in any language.

    It is for the candidate alone and stands in the schema of matching only. A reason kept by an earlier
    version has no values; its sentence says the same.
    """

    values: Mapping[str, Value] = Field(default_factory=dict)
