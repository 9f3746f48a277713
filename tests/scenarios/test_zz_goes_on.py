"""After the story: the second partnership's round, drawn by a client that is not ours."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import partial

import pytest

from tests.scenarios.playing import NEW_BRUNSWICK, SECOND, Played, jembatan
from tests.support.kafka import STRUCTURED, Message, Reports, wait_for
from tests.support.platform import query

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(500)]
ROUND = "kp2mi-ns-2026-1"
OPENINGS = 8
FIRST_CHOICES = 4


def test_second_partnership_is_open_without_instrument_and_cap(story: Played) -> None:
    opened = story.about("partnership", SECOND)[-1]
    assert (opened.name, opened.state["instruments"], opened.state["safeguards"]) == (
        "partnership.opened",
        [],
        None,
    )
    assert opened.state["cap"]["max"] is None
    assert not story.offers(SECOND)
    frozen = story.about("round", ROUND)[-1]
    assert (frozen.name, frozen.state["programme"]) == ("round.frozen", "id-ca-ns-aquaculture-p2p/1")


def test_its_round_is_drawn_by_what_outsiders_report(story: Played) -> None:
    sender = Reports(story.kafka, "ignored")
    for line in (NEW_BRUNSWICK / "14-nova-scotia-secrets.jsonl").read_bytes().splitlines():
        event = json.loads(line)
        at = _milliseconds(datetime.fromisoformat(event["time"]))
        sender.raw(
            "matching.reports",
            line,
            [("content-type", STRUCTURED)],
            event["subject"].encode(),
            event["id"],
            at,
        )
        sender.flush()
        wait_for(story.kafka, ["matching.public"], partial(_answered, event["id"]))
    assert jembatan("report", "-", "--tick", "2026-05-28T00:00:00Z", "--kafka", story.kafka).returncode == 0
    found = wait_for(story.kafka, ["matching.facts", "matching.public"], _is_published)
    offers = [
        m.event for m in found if "offer.extended" in m.event["type"] and SECOND in str(m.event["data"])
    ]
    assert len(offers) == OPENINGS
    assert {offer["data"]["state"]["candidate"] for offer in offers} >= _first_choices(story)
    assert all(re.fullmatch(rf"{ROUND}:reg-a-\d{{4}}", offer["subject"]) for offer in offers)


def _first_choices(story: Played) -> set[str]:
    """Whom the employer put into the first class, and who is eligible: they stand before all others."""
    chosen = {
        report["subject"]
        for report in story.reports
        if report["type"].endswith("selection.recorded.v1") and report["data"]["outcome"] == "FIRST_CHOICE"
    }
    rows = query(
        story.postgres,
        "SELECT candidate FROM matching.round_candidate WHERE round_id = $1 AND preferences <> '{}'",
        ROUND,
    )
    found = chosen & {row["candidate"] for row in rows}
    assert len(chosen) == FIRST_CHOICES
    assert found
    return found


def _milliseconds(at: datetime) -> int:
    return int(at.astimezone(UTC).timestamp() * 1000)


def _answered(identity: str, found: list[Message]) -> bool:
    return any(message.event.get("causationid") == identity for message in found)


def _is_published(found: list[Message]) -> bool:
    published = [m.event["data"]["state"] for m in found if "round.published" in m.event["type"]]
    offers = [m for m in found if "offer.extended" in m.event["type"] and SECOND in str(m.event["data"])]
    return any(state["id"] == ROUND and len(offers) == state["matched"] for state in published)
