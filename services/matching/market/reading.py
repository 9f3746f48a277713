"""From the bytes of a market file to a `Market`, or to every fault in it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, cast

from pydantic import JsonValue, ValidationError

from services.matching.market.faults import BadFile, BadMarket, not_canonical, shape_faults, shown
from services.matching.market.forms import snapshot
from services.matching.market.model import Market, MarketFile
from services.matching.market.references import reference_faults


def read(raw: bytes) -> Market:
    """The market in a file's bytes (UTF-8 JSON); BadMarket names every fault at once."""
    return documented(raw)[1]


def documented(raw: bytes) -> tuple[dict[str, Any], Market]:
    """The document in a file's bytes and its market; BadMarket names every fault at once."""
    document, faults = parse(raw, BadMarket)
    market = _market(document, faults)
    return cast(dict[str, Any], document), market


def market_of(document: Mapping[str, Any]) -> Market:
    """The market in a document that is already in memory; BadMarket names every fault at once."""
    return _market(document, [])


def _market(document: object, faults: list[str]) -> Market:
    if not isinstance(document, Mapping):
        raise BadMarket((*faults, f"the market must be a JSON object, not {shown(document)}"))
    file, shape = _shaped(document)
    faults = [*faults, *shape, *not_canonical(document), *reference_faults(document)]
    if faults or file is None:
        raise BadMarket(tuple(dict.fromkeys(faults)))
    parts = file.nodes, file.vacancies, file.candidates
    return Market(file.round_id, *parts, rho=file.draw.rho, snapshot=snapshot(document))


def _shaped(document: Mapping[str, Any]) -> tuple[MarketFile | None, list[str]]:
    try:
        return MarketFile.model_validate(document), []
    except ValidationError as error:
        return None, shape_faults(error, document)


def parse(raw: bytes, bad: type[BadFile]) -> tuple[object, list[str]]:
    """What a file's bytes say, and what is wrong with them as JSON; raises `bad` if they are none."""
    faults: list[str] = []

    def unique(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
        found = dict(pairs)
        if len(found) < len(pairs):
            faults.extend(_repeated_keys(pairs))
        return found

    def constant(name: str) -> float:
        faults.append(f"{name} is no JSON number: leave it out or give a whole number")
        return float(name)

    try:
        return json.loads(raw.decode(), object_pairs_hook=unique, parse_constant=constant), faults
    except UnicodeDecodeError as error:
        raise bad((f"the file is not UTF-8 text: {error.reason} at byte {error.start}",)) from None
    except RecursionError:
        raise bad(("the file is nested too deeply",)) from None
    except ValueError as error:
        raise bad((f"the file is not JSON: {error}",)) from None


def _repeated_keys(pairs: list[tuple[str, JsonValue]]) -> list[str]:
    times = Counter(key for key, _ in pairs)
    name = next((value for key, value in pairs if key == "id"), None)
    where = f"the object with id {shown(name)}" if name is not None else "one object"
    return [f"{where} has the key {shown(key)} {n} times: keep one" for key, n in times.items() if n > 1]
