"""From the bytes of a result file to its document, or to every fault in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ValidationError

from services.matching.market.faults import BadResult, shape_faults, shown
from services.matching.market.model import RESULT_FORMAT, Count, Hex32, Id, Record
from services.matching.market.reading import parse


class Step(Record):
    """A preference that was not granted: the full node, and the candidate who stands last inside it."""

    vacancy: Id
    node: Id
    before: Id | None


class Last(Record):
    """The last pair inside a full place."""

    candidate: Id
    vacancy: Id
    tier: Count
    score: Count
    ticket: Hex32


class ResultFile(Record):
    """The whole of `jembatan.result/1` as it stands in the file."""

    format: Literal["jembatan.result/1"]
    round_id: Id
    snapshot: Hex32
    matches: dict[Id, Id]
    passed_over: dict[Id, tuple[Step, ...]]
    cutoffs: dict[Id, Last]
    digest: Hex32


def read_result(raw: bytes) -> dict[str, Any]:
    """The document of a result file (UTF-8 JSON); BadResult names every fault of its shape at once.

    Whether what it says is right is not looked at here: that is `services.matching.verifying`.
    """
    document, faults = parse(raw, BadResult)
    if not isinstance(document, Mapping):
        raise BadResult((*faults, f"the result must be a JSON object, not {shown(document)}"))
    try:
        ResultFile.model_validate(document)
    except ValidationError as error:
        faults += shape_faults(error, document, RESULT_FORMAT)
    if faults:
        raise BadResult(tuple(dict.fromkeys(faults)))
    return dict(document)
