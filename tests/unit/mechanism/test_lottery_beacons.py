"""Beacons: known ones, forged ones, and the chains that they are of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jembatan.chains import BadChains, load_chains
from jembatan.contracts.matching.chains import QUICKNET, Chain
from services.matching import lottery_beacons
from tests.support.beacons import LEAGUE, OTHER_KEY, chain, sign, write_chains

# Public: https://api.drand.sh/52db9ba7…c84e971/public/1000
ROUND_1000 = (
    "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
)
RANDOMNESS_1000 = "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd"
INFINITY = "c0" + "00" * 47


def checks() -> list[Callable[[Chain, int, str], bool]]:
    """The ways of checking that this Python has."""
    ways: list[Callable[[Chain, int, str], bool]] = [lottery_beacons.by_pairing]
    try:
        lottery_beacons.by_drand_verify(LEAGUE, 1, sign(1))
    except RuntimeError:
        return ways
    return [*ways, lottery_beacons.by_drand_verify]


def test_quicknet_is_the_chain_that_everyone_knows() -> None:
    assert QUICKNET.hash == "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
    assert QUICKNET.time(1000) == datetime.fromtimestamp(1692803367 + 999 * 3, UTC)


def test_a_known_beacon_gives_its_randomness() -> None:
    assert lottery_beacons.randomness(QUICKNET, 1000, ROUND_1000) == RANDOMNESS_1000


@pytest.mark.parametrize("check", checks())
def test_each_way_of_checking_takes_what_is_signed_and_nothing_else(
    check: Callable[[Chain, int, str], bool],
) -> None:
    assert check(QUICKNET, 1000, ROUND_1000)
    assert check(LEAGUE, 7, sign(7))
    wrong = [
        (QUICKNET, 1001, ROUND_1000), (LEAGUE, 1000, ROUND_1000), (LEAGUE, 8, sign(7)),
        (LEAGUE, 7, sign(7, OTHER_KEY)), (LEAGUE, 7, INFINITY), (LEAGUE, 7, "00" * 48),
        (LEAGUE, 7, "ff" * 48),
        (LEAGUE, 7, "8" + sign(7)[1:-1] + "0"),
    ]  # fmt: skip
    assert not [one for one in wrong if check(*one)]


@pytest.mark.parametrize(
    ("number", "signature"),
    [
        (0, ROUND_1000), (-1, ROUND_1000), (2**64, ROUND_1000), (1000, ""), (1000, "zz" * 48),
        (1000, ROUND_1000[:-2]), (1000, ROUND_1000.upper()), (1000, ROUND_1000 + "00"), (1000, "é" * 96),
    ],
)  # fmt: skip
def test_what_is_no_signature_is_no_beacon(number: int, signature: str) -> None:
    assert lottery_beacons.randomness(QUICKNET, number, signature) is None


def test_our_own_chain_signs_what_anyone_can_check() -> None:
    expected = hashlib.sha256(bytes.fromhex(sign(7))).hexdigest()
    assert lottery_beacons.randomness(LEAGUE, 7, sign(7)) == expected


def test_a_beacon_beyond_the_calendar_comes_at_its_end() -> None:
    assert LEAGUE.time(2**53 - 1) == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@given(st.integers(1, 10**6), st.integers(1, 86_400), st.integers(-10, 10))
def test_the_first_beacon_from_a_time_is_the_first(number: int, period: int, seconds: int) -> None:
    made = LEAGUE.model_copy(update={"period": period})
    at = made.time(number) + timedelta(seconds=seconds)
    first = made.first_from(at)
    assert made.time(first) >= at or first == 1
    assert first == 1 or made.time(first - 1) < at


@pytest.mark.parametrize(
    "change", [{"public_key": chain("x", OTHER_KEY).public_key}, {"period": 4}, {"genesis": 1}, {"name": "x"}]
)
def test_a_chains_hash_is_bound_to_key_and_clock(change: dict[str, Any]) -> None:
    assert LEAGUE.model_copy(update=change).hash != LEAGUE.hash


def test_an_installation_knows_quicknet_and_what_its_file_adds(tmp_path: Path) -> None:
    assert load_chains(None) == (QUICKNET,)
    assert load_chains(write_chains(tmp_path / "chains.toml", LEAGUE)) == (QUICKNET, LEAGUE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = [", "not TOML"),
        ("[[chain]]\nname = 'a'", "chain.0.public_key: Field required"),
        ("[[chain]]\nname = 'a'\npublic_key = 'c0'", "chain.0.public_key: String should match"),
    ],
)
def test_a_wrong_file_of_chains_is_told_with_every_fault(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "chains.toml"
    path.write_text(text)
    with pytest.raises(BadChains, match=said):
        load_chains(path)


def test_a_file_of_chains_is_there_and_names_each_once(tmp_path: Path) -> None:
    with pytest.raises(BadChains, match="JEMBATAN_CHAINS"):
        load_chains(tmp_path / "none.toml")
    with pytest.raises(BadChains, match="two chains with the name quicknet"):
        load_chains(write_chains(tmp_path / "chains.toml", chain("quicknet")))


def test_infinity_is_no_public_key() -> None:
    with pytest.raises(ValueError, match="public_key"):
        Chain(name="x", public_key="c0" + "00" * 95, genesis=1, period=3, seed="5e" * 32)
