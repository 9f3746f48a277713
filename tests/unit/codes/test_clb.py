from __future__ import annotations

from decimal import Decimal

import pytest

from jembatan.codes.clb import Skill, from_celpip_general, from_ielts_general

# One line a skill: the CLB of every band from 3.0 to 9.0 in halves, written out by hand.
BANDS = [Decimal(n) / 2 for n in range(6, 19)]
BY_HAND = {
    Skill.LISTENING: [0, 0, 0, 4, 5, 6, 7, 7, 7, 8, 9, 10, 10],
    Skill.READING: [0, 4, 5, 5, 6, 6, 7, 8, 9, 9, 10, 10, 10],
    Skill.WRITING: [0, 0, 4, 4, 5, 6, 7, 8, 9, 10, 10, 10, 10],
    Skill.SPEAKING: [0, 0, 4, 4, 5, 6, 7, 8, 9, 10, 10, 10, 10],
}


@pytest.mark.parametrize("skill", Skill)
def test_every_band_gives_its_benchmark(skill: Skill) -> None:
    assert [from_ielts_general(skill, band) for band in BANDS] == BY_HAND[skill]


def test_listening_needs_one_and_a_half_bands_more_from_clb_7_to_8() -> None:
    bands = [Decimal(b) for b in ("6.0", "6.5", "7.0", "7.5")]
    assert [from_ielts_general(Skill.LISTENING, b) for b in bands] == [7, 7, 7, 8]
    assert [from_ielts_general(Skill.READING, b) for b in bands] == [7, 8, 9, 9]


def test_no_band_reaches_a_benchmark_at_zero() -> None:
    assert {from_ielts_general(skill, Decimal(0)) for skill in Skill} == {0}


@pytest.mark.parametrize("band", ["-0.5", "9.5", "6.25", "6.1", "NaN", "Infinity", "sNaN"])
def test_what_is_no_band_is_refused(band: str) -> None:
    with pytest.raises(ValueError, match=r"steps of 0\.5"):
        from_ielts_general(Skill.READING, Decimal(band))


@pytest.mark.parametrize("band", [6.5, 6, "6.5", True, None])
def test_a_band_is_a_decimal(band: object) -> None:
    with pytest.raises(TypeError, match="a Decimal"):
        from_ielts_general(Skill.READING, band)  # type: ignore[arg-type]


def test_a_celpip_level_is_the_benchmark() -> None:
    assert [from_celpip_general(n) for n in range(13)] == list(range(13))


@pytest.mark.parametrize("level", [-1, 13, True, 7.0, "7", None])
def test_what_is_no_celpip_level_is_refused(level: object) -> None:
    with pytest.raises(ValueError, match="not a CELPIP level"):
        from_celpip_general(level)  # type: ignore[arg-type]
