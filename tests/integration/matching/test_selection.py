"""Selection on a real PostgreSQL: kept with the evidence, a tier in the market, if it came in time."""

from __future__ import annotations

import json

from jembatan.contracts.deciding import Refused
from tests.integration.matching.driver import MINUTE, Driver
from tests.unit.matching.made import CLOSES, START

FIVE = {f"kp2mi-c{n}": ("horizon-v1", "horizon-v2") for n in range(1, 6)}
FIRST = {"vacancy": "horizon-v2", "outcome": "FIRST", "reason": "INTERVIEW"}


async def test_a_class_stands_before_any_score_and_only_for_its_vacancy(driver: Driver) -> None:
    await driver.platform(1)
    await driver.open_round()
    await driver.candidates(FIVE)
    await driver.accepted("selection.recorded", "kp2mi-c1", FIRST, CLOSES, "horizon")
    await driver.accepted("selection.recorded", "kp2mi-c2", FIRST, CLOSES + MINUTE, "horizon")
    await driver.freeze()
    listed = [one for fact in driver.told("round.market_listed") for one in fact.candidates]
    tiers = sorted(tuple(one.tiers.items()) for one in listed)
    none = (("horizon-v1", 0), ("horizon-v2", 0))
    assert tiers == [none, none, none, none, (("horizon-v1", 0), ("horizon-v2", 1))]
    await driver.draw()
    await driver.match()
    (made,) = driver.told("match.made")
    assert (made.state.candidate, made.state.vacancy) == ("kp2mi-c1", "horizon-v2")


async def test_it_is_kept_with_the_evidence_and_nowhere_else(driver: Driver) -> None:
    await driver.platform()
    await driver.candidates({"kp2mi-c1": ()})
    await driver.accepted("selection.recorded", "kp2mi-c1", FIRST, START, "horizon")
    (row,) = await driver.rows("SELECT state::text AS state, evidence FROM candidate")
    assert "INTERVIEW" not in row["state"]
    (found,) = json.loads(row["evidence"])["selections"]
    assert (found["vacancy"], found["outcome"], found["reason"]) == ("horizon-v2", "FIRST", "INTERVIEW")
    again = await driver.report("selection.recorded", "kp2mi-c1", FIRST, START, "horizon")
    assert isinstance(again, Refused)
    assert [one.code for one in again.reasons] == ["NO_CHANGE"]
    unknown = await driver.report("selection.recorded", "kp2mi-c9", FIRST, START, "horizon")
    assert isinstance(unknown, Refused)
