"""The lottery's hashes, against values from `sha256sum`, and its refusals."""

from __future__ import annotations

import pytest

from services.matching import lottery

ONE, TWO, SNAPSHOT = b"\x01" * 32, b"\x02" * 32, "03" * 32
ONE_COMMITTED = "72cd6e8422c407fb6d098690f1130b7ded7ec2f7f5e1d30bd9d521f015363793"
ONE_TWO_SNAPSHOT = "8a2e491356cfdb05a1d13785e0794d7cd163f91af79a146c976b1d2ac643b679"


def test_a_commitment_is_over_the_raw_bytes() -> None:
    assert lottery.commitment(ONE) == ONE_COMMITTED


def test_only_its_secret_opens_a_commitment() -> None:
    assert lottery.opens(ONE, ONE_COMMITTED)
    assert not lottery.opens(TWO, ONE_COMMITTED)
    assert not lottery.opens(ONE[:31], ONE_COMMITTED)
    assert not lottery.opens(ONE, "")


@pytest.mark.parametrize("secrets", [{"ca-nb": ONE, "id": TWO}, {"id": TWO, "ca-nb": ONE}])
def test_rho_takes_the_secrets_by_committer_id(secrets: dict[str, bytes]) -> None:
    assert lottery.rho(secrets, SNAPSHOT) == ONE_TWO_SNAPSHOT


def test_rho_changes_with_every_part() -> None:
    secrets = {"a": ONE, "b": TWO}
    others = [
        lottery.rho({"b": ONE, "a": TWO}, SNAPSHOT),
        lottery.rho(secrets, "04" * 32),
        lottery.rho({"a": ONE}, SNAPSHOT),
    ]
    assert len({ONE_TWO_SNAPSHOT, *others}) == 4


def test_rho_names_every_secret_of_a_wrong_length() -> None:
    with pytest.raises(ValueError, match=r"32 bytes; not so: a, c$"):
        lottery.rho({"c": b"", "b": ONE, "a": ONE + b"x"}, SNAPSHOT)


def test_no_committer_no_rho() -> None:
    with pytest.raises(ValueError, match="at least one committer"):
        lottery.rho({}, SNAPSHOT)


def test_a_short_secret_cannot_be_committed_to() -> None:
    with pytest.raises(ValueError, match="31 bytes instead of 32"):
        lottery.commitment(ONE[:31])


@pytest.mark.parametrize("text", ["", "AB" * 32, "ab" * 31, "ab" * 33, "ab" * 31 + "zz", " " + "ab" * 32])
def test_only_64_lower_case_hex_digits_are_32_bytes(text: str) -> None:
    with pytest.raises(ValueError, match="64 lower-case hex digits"):
        lottery.raw32(text)
    with pytest.raises(ValueError, match="64 lower-case hex digits"):
        lottery.ticket(text, "r1", SNAPSHOT, "c1")


def test_a_ticket_changes_with_rho_round_snapshot_and_candidate() -> None:
    given = ("ab" * 32, "r1", SNAPSHOT, "c1")
    changed = [("ac" * 32, *given[1:]), (given[0], "r2", *given[2:]), (*given[:2], "05" * 32, "c1")]
    found = {lottery.ticket(*parts) for parts in (given, *changed, (*given[:3], "c2"))}
    assert len(found) == 5
    assert all(lottery.raw32(ticket) for ticket in found)
