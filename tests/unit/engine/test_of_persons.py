"""Reports about one person: their coordinates never stand beside a public fact."""

from __future__ import annotations

import jembatan.contracts.events  # noqa: F401  (importing declares)
from jembatan.contracts.registry import FACTS, REPORTS
from jembatan.engine.intake import OF_PERSONS

OF_ROUNDS = {"round", "commitment", "secret", "abort", "beacon"}


def test_every_report_of_matching_is_of_a_round_or_of_a_person() -> None:
    nouns = {event.noun for event in REPORTS.values() if event.service == "matching"}
    assert nouns - OF_ROUNDS == OF_PERSONS & nouns == OF_PERSONS


def test_some_of_them_lead_to_a_public_fact() -> None:
    public = {name for name, event in FACTS.items() if event.topic == "matching.public"}
    leading = {event.noun for event in REPORTS.values() if public & set(event.leads_to)}
    assert leading & OF_PERSONS == {"offer", "candidate"}
