"""One market worked by hand: its snapshot, tickets and digest were computed with other tools.

`golden/frozen.json` is the canonical form, typed by hand; `sha256sum` gives its snapshot. A ticket is
`printf '%s\\0%s\\0%s\\0%s' jembatan-lottery/1 nb-2025-1 SNAPSHOT c1 | openssl dgst -sha256 -mac HMAC -macopt
hexkey:RHO`. The digest is `sha256sum` over `golden/result.json` typed without its digest.

Worked by hand: c2 takes v1, for the higher tier; c3 finds no room at v3, loses v1 to c2, and at v2 ties at 70
with c1, whose ticket 5fbf… is smaller than f691…; c5 has 69 there; two seats are the partnership's last.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from services.matching.market import digest, read, result_json, snapshot
from services.matching.mechanism import match
from services.matching.mechanism.order import tickets

GOLDEN = Path(__file__).parent / "golden"
SNAPSHOT = "4b2002c428a7dc4ba840b50cd40c0c9bf18c729aeae99518d46ac17eabfe9706"
DIGEST = "14b376ec56d5d98c08841a9a15dba68a59b32ad6462e80e8bfce52ad868bea48"
TICKETS = {
    "c1": "5fbf84cae717f1497af7175dc852d824f9fd29447c2981a26775e50a525dfd1d",
    "c2": "ecc196263a85230074ec1d127da7540e1b250c048d3b46c0e5ffd3a154911a4e",
    "c3": "f691a03b36be9ceacb5328c4a7992bccbad118b51c0f6dafc9c4864d834691b2",
    "c4": "19b73e8cc2d74a75ebe6281460192a8aee0245f0bd415413958d506f166fb5e2",
    "c5": "d2287758490a35b4c758fde7ead359b45c9c5888c75fd2764479a95d47b4b124",
}


@pytest.fixture
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((GOLDEN / "market.json").read_text())
    return loaded


def test_the_snapshot_is_that_of_the_form_typed_by_hand(document: dict[str, Any]) -> None:
    assert hashlib.sha256((GOLDEN / "frozen.json").read_bytes()).hexdigest() == SNAPSHOT
    assert snapshot(document) == SNAPSHOT
    assert read((GOLDEN / "market.json").read_bytes()).snapshot == SNAPSHOT


def test_the_tickets_are_those_of_openssl() -> None:
    assert tickets(read((GOLDEN / "market.json").read_bytes())) == TICKETS


def test_the_result_is_the_one_worked_by_hand() -> None:
    expected = (GOLDEN / "result.json").read_bytes()
    assert result_json(match(read((GOLDEN / "market.json").read_bytes()))) == expected
    assert json.loads(expected)["digest"] == DIGEST == digest(json.loads(expected))


@pytest.mark.parametrize("name", ["rules", "as_of", "lottery", "nodes", "vacancies", "candidates"])
def test_every_part_but_the_draw_is_in_the_snapshot(document: dict[str, Any], name: str) -> None:
    assert snapshot({**document, "draw": {}}) == SNAPSHOT
    assert snapshot({key: value for key, value in document.items() if key != "draw"}) == SNAPSHOT
    assert snapshot({**document, name: []}) != SNAPSHOT


def test_a_tier_left_out_and_a_tier_of_nothing_match_alike_under_two_snapshots(
    document: dict[str, Any],
) -> None:
    before = snapshot(document)
    document["candidates"][2]["tiers"] = {"v1": 0}
    assert snapshot(document) != before
