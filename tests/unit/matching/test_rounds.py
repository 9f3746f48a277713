"""A round's reports, state by state."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from jembatan.contracts.deciding import Decided, Input, Outcome
from jembatan.contracts.matching.chains import QUICKNET
from jembatan.contracts.matching.rounds import RoundFact, RoundState
from services.matching import lottery
from services.matching.domain import announcing, committing, rounds
from services.matching.domain.world import RoundRow, World
from tests.support.beacons import LEAGUE
from tests.unit.matching.made import (
    CHAINS,
    CLOSES,
    COMMITMENTS,
    NB,
    NS,
    PROGRAMMES,
    REVEAL,
    SECRETS,
    START,
    announcement,
    codes,
    names,
    partnership,
    report,
    reporter,
    round_state,
    told,
    world,
)

R1 = "kp2mi-r1"
LATER = timedelta(seconds=1)
SNAPSHOT = "12" * 32
FROZEN: dict[str, Any] = {"phase": "frozen", "commitments": COMMITMENTS, "snapshot": SNAPSHOT, "parts": 1}
SHOWN = {name: secret.hex() for name, secret in SECRETS.items()}
PHASES = ("open", "frozen", "drawn", "published", "settled", "aborted")


def announce(data: dict[str, Any], name: str = R1, before: World | None = None, **by: Any) -> Outcome:  # noqa: ANN401
    item = report("round.announced", name, data, by=reporter(**by))
    return announcing.announce(before or world(), item, PROGRAMMES, CHAINS)


def evolved(before: World, outcome: Outcome, item: Input) -> RoundState:
    assert isinstance(outcome, Decided)
    for data in (*(fact.data for fact in outcome.facts), *outcome.notes):
        assert isinstance(data, RoundFact | rounds.FreezeBegun | rounds.MatchBegun)
        rounds.evolve(before, data, item)
    return before.rounds[R1].state


def test_a_round_opens_as_it_was_announced() -> None:
    outcome = announce(announcement())
    assert isinstance(outcome, Decided)
    state = told(outcome).state
    assert names(outcome) == ["round.opened"]
    assert (state.phase, state.scope, state.closes_at, state.as_of) == ("open", (NB,), CLOSES, CLOSES)


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"closes_at": START}, "CLOSES_IN_PAST", "/data/closes_at"),
        ({"reveal_by": CLOSES}, "TIMES_OUT_OF_ORDER", "/data/reveal_by"),
        ({"answer_by": REVEAL}, "TIMES_OUT_OF_ORDER", "/data/answer_by"),
        ({"scope": [NB, NB]}, "REPEATED", "/data/scope/1"),
        ({"scope": [NB, "ID:CA-ON:ISIC4-Q:G2G:1"]}, "UNKNOWN_PARTNERSHIP", "/data/scope/1"),
        ({"committers": ["gnb", "gnb"]}, "REPEATED", "/data/committers/1"),
        ({"programme": "other/1"}, "UNKNOWN_PROGRAMME", "/data/programme"),
        ({"committers": []}, "COMMITTERS_MISSING", "/data/committers"),
        ({"lottery": "drand"}, "COMMITTERS_NOT_NEEDED", "/data/committers"),
        ({"chain": "nobodys"}, "UNKNOWN_CHAIN", "/data/chain"),
    ],
)
def test_a_wrong_announcement_is_refused(changes: dict[str, Any], code: str, pointer: str) -> None:
    assert (code, pointer) in codes(announce(announcement(**changes)))


def test_a_round_names_its_chain_by_its_hash() -> None:
    state = told(announce(announcement(lottery="drand", committers=[], chain="league"))).state
    assert (state.lottery, state.committers, state.chain, state.public) == ("drand", (), LEAGUE.hash, True)
    assert told(announce(announcement())).state.chain == QUICKNET.hash


@pytest.mark.parametrize(("committers", "public"), [(["gnb"], False), (["gnb", "kp2mi"], True)])
def test_one_committer_alone_draws_no_public_lottery(committers: list[str], public: bool) -> None:
    assert told(announce(announcement(committers=committers))).state.public is public


@pytest.mark.parametrize("phase", ["registered", "suspended", "closed", "lapsed"])
def test_a_round_needs_open_partnerships(phase: str) -> None:
    before = world()
    before.put_partnership(partnership(NB, phase))
    assert codes(announce(announcement(), before=before)) == [("PARTNERSHIP_NOT_OPEN", "/data/scope/0")]


def test_all_faults_of_an_announcement_are_named_at_once() -> None:
    data = announcement(scope=["x", "x"], closes_at=START, reveal_by=START, programme="none/1")
    found = {code for code, _ in codes(announce(data, "other-r1"))}
    assert found == {
        "NOT_YOUR_REPORT", "CLOSES_IN_PAST", "TIMES_OUT_OF_ORDER", "REPEATED", "UNKNOWN_PARTNERSHIP",
        "UNKNOWN_PROGRAMME",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["kp2mi:r1", "ID"])
def test_a_round_id_can_be_part_of_an_offer_id(name: str) -> None:
    assert ("BAD_ID", "/subject") in codes(announce(announcement(), name, code=name.partition(":")[0]))


def test_scope_rights_hold_for_every_partnership() -> None:
    outcome = announce(announcement(scope=[NB, NS]), origins=("ID",), jurisdictions=("CA-NB",))
    assert codes(outcome) == [("NOT_YOUR_REPORT", "")]


def test_a_round_is_announced_once() -> None:
    assert codes(announce(announcement(), before=world(RoundRow(round_state())))) == [
        ("WRONG_STATE", "/subject")
    ]


def commit(row: RoundRow, by: str = "gnb", commitment: str = "", **changes: Any) -> Outcome:  # noqa: ANN401
    data = {"commitment": commitment or COMMITMENTS["gnb"]}
    return committing.commit(world(row), report("commitment.made", R1, data, by=reporter(by), **changes))


def test_a_committer_is_bound() -> None:
    outcome = commit(RoundRow(round_state()), at=CLOSES)
    assert names(outcome) == ["round.committed"]
    assert told(outcome).state.commitments == {"gnb": COMMITMENTS["gnb"]}


@pytest.mark.parametrize(
    ("row", "by", "changes", "code"),
    [
        (RoundRow(round_state()), "other", {}, "NOT_YOUR_REPORT"),
        (RoundRow(round_state()), "gnb", {"at": CLOSES + LATER}, "ROUND_CLOSED"),
        (RoundRow(round_state(), freezing=True), "gnb", {}, "WRONG_STATE"),
        (RoundRow(round_state(commitments=COMMITMENTS)), "gnb", {}, "NO_CHANGE"),
        (
            RoundRow(round_state(commitments=COMMITMENTS)),
            "gnb",
            {"commitment": "ef" * 32},
            "ALREADY_COMMITTED",
        ),
        (RoundRow(round_state(commitments={"kp2mi": COMMITMENTS["gnb"]})), "gnb", {}, "SAME_COMMITMENT"),
    ],
)
def test_commitments_that_are_refused(row: RoundRow, by: str, changes: dict[str, Any], code: str) -> None:
    assert codes(commit(row, by, **changes))[0][0] == code


@pytest.mark.parametrize("phase", PHASES[1:])
def test_commitments_are_made_while_it_is_open(phase: str) -> None:
    assert ("WRONG_STATE", "/subject") in codes(commit(RoundRow(round_state(phase=phase))))


def reveal(
    before: World, by: str = "gnb", secret: bytes = b"", at: datetime = CLOSES + LATER
) -> tuple[Outcome, Input]:
    data = {"secret": (secret or SECRETS[by]).hex()}
    item = report("secret.revealed", R1, data, at=at, by=reporter(by))
    return committing.reveal(before, item), item


def test_the_last_secret_draws_the_lottery() -> None:
    before = world(RoundRow(round_state(**FROZEN)))
    first, item = reveal(before, "kp2mi")
    assert names(first) == ["round.revealed"]
    evolved(before, first, item)
    second, item = reveal(before, "gnb", at=REVEAL)
    assert names(second) == ["round.revealed", "round.drawn"]
    state = evolved(before, second, item)
    assert (state.phase, state.rho) == ("drawn", lottery.rho(SECRETS, SNAPSHOT))
    row = before.rounds[R1]
    assert (row.first_reveal, row.last_reveal) == (CLOSES + LATER, REVEAL)


@pytest.mark.parametrize(
    ("changes", "by", "secret", "at", "code"),
    [
        (FROZEN, "gnb", b"x" * 32, CLOSES, "SECRET_MISMATCH"),
        (FROZEN, "gnb", SECRETS["gnb"], REVEAL + LATER, "REVEAL_TOO_LATE"),
        (FROZEN, "other", b"x" * 32, CLOSES, "NOT_YOUR_REPORT"),
        (FROZEN | {"secrets": {"gnb": SHOWN["gnb"]}}, "gnb", SECRETS["gnb"], CLOSES, "NO_CHANGE"),
        ({"commitments": COMMITMENTS}, "gnb", SECRETS["gnb"], CLOSES, "WRONG_STATE"),
        (FROZEN | {"phase": "aborted"}, "gnb", SECRETS["gnb"], CLOSES, "WRONG_STATE"),
    ],
)
def test_secrets_that_are_refused(
    changes: dict[str, Any], by: str, secret: bytes, at: datetime, code: str
) -> None:
    outcome, _ = reveal(world(RoundRow(round_state(**changes))), by, secret, at)
    assert codes(outcome)[0][0] == code


ABORT = {"reason": "WRONG_SCOPE"}


@pytest.mark.parametrize(
    ("row", "at", "good"),
    [
        (RoundRow(round_state()), START, True),
        (RoundRow(round_state(), freezing=True), CLOSES + LATER, True),
        (RoundRow(round_state(**FROZEN)), CLOSES + LATER, True),
        (RoundRow(round_state(**FROZEN, secrets={"gnb": SHOWN["gnb"]}), first_reveal=REVEAL), REVEAL, False),
        (RoundRow(round_state(**FROZEN), first_reveal=REVEAL), REVEAL - LATER, True),
        (RoundRow(round_state(**FROZEN | {"phase": "drawn"}), first_reveal=REVEAL), REVEAL - LATER, True),
        (RoundRow(round_state(phase="drawn"), matching=True, first_reveal=REVEAL), REVEAL - LATER, False),
        (RoundRow(round_state(phase="published"), first_reveal=REVEAL), START, False),
        (RoundRow(round_state(phase="aborted")), START, False),
        (RoundRow(round_state(**FROZEN, beacon_at=REVEAL)), REVEAL - LATER, True),
        (RoundRow(round_state(**FROZEN, beacon_at=REVEAL)), REVEAL, False),
        (RoundRow(round_state(**FROZEN, beacon_at=REVEAL), first_reveal=CLOSES), CLOSES + LATER, False),
        (RoundRow(round_state(**FROZEN | {"phase": "drawn"}, beacon_at=REVEAL)), REVEAL - LATER, True),
    ],
)
def test_a_round_is_called_off_until_the_first_reveal(row: RoundRow, at: datetime, good: bool) -> None:
    before, item = world(row), report("abort.ordered", R1, ABORT, at=at)
    outcome = committing.order_abort(before, item)
    if good:
        assert names(outcome) == ["round.aborted"]
        state = evolved(before, outcome, item)
        assert (state.phase, state.aborted_for, before.rounds[R1].freezing) == (
            "aborted",
            "WRONG_SCOPE",
            False,
        )
    else:
        assert codes(outcome) == [("WRONG_STATE", "/subject")]


def test_only_a_reporter_of_the_scope_calls_it_off() -> None:
    item = report("abort.ordered", R1, ABORT, by=reporter("x", origins=("PH",), jurisdictions=("CA-NB",)))
    assert codes(committing.order_abort(world(RoundRow(round_state())), item)) == [("NOT_YOUR_REPORT", "")]


@pytest.mark.parametrize("name", ["commitment.made", "secret.revealed", "abort.ordered"])
def test_reports_about_no_round_are_refused(name: str) -> None:
    data = {"commitment.made": {"commitment": "ab" * 32}, "secret.revealed": {"secret": "ab" * 32}}.get(
        name, ABORT
    )
    rule = {"commitment.made": committing.commit, "secret.revealed": committing.reveal}.get(
        name, committing.order_abort
    )
    assert codes(rule(world(), report(name, "kp2mi-none", data))) == [("UNKNOWN_SUBJECT", "/subject")]
