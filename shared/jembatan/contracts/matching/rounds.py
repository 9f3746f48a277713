"""A round from its announcement to its settlement: what is reported, and what anyone can read of it.

Everything here is public (`matching.public`). In it a candidate appears under a reference that lives for
one round only.
"""

from typing import Any

from pydantic import ConfigDict, Field

from jembatan.contracts.matching.candidates import ProgrammeName
from jembatan.contracts.matching.chains import QUICKNET, BeaconRound, Signature
from jembatan.contracts.matching.round_values import (
    Answers,
    Cutoff,
    Header,
    ListedCandidate,
    ListedNode,
    ListedVacancy,
    Lottery,
    LotteryKind,
    PassedOver,
    Phase,
    RoundState,
)
from jembatan.contracts.model import (
    Code,
    FactData,
    Hex32,
    Id,
    Positive,
    ReportData,
    Text,
    Time,
)
from jembatan.contracts.registry import fact, report

__all__ = [
    "AbortOrdered",
    "Answers",
    "BeaconPublished",
    "CommitmentMade",
    "Cutoff",
    "Header",
    "ListedCandidate",
    "ListedNode",
    "ListedVacancy",
    "Lottery",
    "MarketListed",
    "PassedOver",
    "Phase",
    "ResultListed",
    "RoundAborted",
    "RoundAnnounced",
    "RoundCommitted",
    "RoundDefaulted",
    "RoundDrawn",
    "RoundFact",
    "RoundFrozen",
    "RoundOpened",
    "RoundPublished",
    "RoundRevealed",
    "RoundSettled",
    "RoundState",
    "SecretRevealed",
]

PUBLIC = "matching.public"
GOVERNMENTS = ("the round's organiser, an agency of the origin or the host",)
COMMITTERS = ("a committer that the round names",)
RELAYS = ("anyone who may report it: the signature proves the beacon",)

_ROUND = {
    "id": "kp2mi-2026-01",
    "phase": "open",
    "scope": ["ID:CA-NB:ISIC4-Q:G2G:1"],
    "programme": "id-ca-nb-health-g2g/1",
    "closes_at": "2026-02-01T00:00:00Z",
    "as_of": "2026-02-01T00:00:00Z",
    "reveal_by": "2026-02-08T00:00:00Z",
    "answer_by": "2026-03-01T00:00:00Z",
    "lottery": "commit-reveal",
    "committers": ["kp2mi", "gnb"],
}
_COMMITMENTS = {"kp2mi": "ab" * 32, "gnb": "cd" * 32}
_FROZEN = _ROUND | {"phase": "frozen", "commitments": _COMMITMENTS, "snapshot": "12" * 32, "parts": 1}
_DRAWN = _FROZEN | {"phase": "drawn", "secrets": {"kp2mi": "01" * 32, "gnb": "02" * 32}, "rho": "34" * 32}
_RESULT = {"digest": "56" * 32, "result_parts": 1, "matched": 2, "missed": 1}
_PUBLISHED = _DRAWN | _RESULT | {"phase": "published"}


def _example(**values: Any) -> ConfigDict:  # noqa: ANN401
    return ConfigDict(json_schema_extra={"examples": [values]})


class RoundFact(FactData):
    """A fact about a round: its whole state, and the names of what changed."""

    state: RoundState
    changed: tuple[str, ...]


@report(
    "matching", "round.announced", subject="the new round's id", by=GOVERNMENTS, leads_to=("round.opened",)
)
class RoundAnnounced(ReportData):
    """A round is to match candidates to the posted vacancies of these partnerships.

    Lists may change until `closes_at`, secrets are shown by `reveal_by`, offers answered by `answer_by`.
    Eligibility is judged as of `as_of`, which is `closes_at` unless given.

    The lottery `commit-reveal` is drawn by committers, each named by its code as a reporter; with one alone
    it is not public. `drand` is drawn by a beacon of `chain`, a name that the installation knows, and has no
    committers. The chain also stands in for a secret not shown; it is `quicknet` unless given.
    """

    model_config = _example(**{k: v for k, v in _ROUND.items() if k not in ("id", "phase", "as_of")})

    scope: tuple[Id, ...] = Field(min_length=1, max_length=200)
    programme: ProgrammeName
    closes_at: Time
    as_of: Time | None = None
    reveal_by: Time
    answer_by: Time
    lottery: LotteryKind = "commit-reveal"
    committers: tuple[Code, ...] = Field(default=(), max_length=10)
    chain: Code | None = None


@report("matching", "commitment.made", subject="the round", by=COMMITTERS, leads_to=("round.committed",))
class CommitmentMade(ReportData):
    """A committer has drawn a secret of 32 bytes and is bound to it by its SHA-256, before `closes_at`."""

    model_config = _example(commitment="ab" * 32)

    commitment: Hex32


@report(
    "matching",
    "secret.revealed",
    subject="the round",
    by=COMMITTERS,
    leads_to=("round.revealed", "round.drawn"),
)
class SecretRevealed(ReportData):
    """A committer shows the secret it is bound to, after the freeze and by `reveal_by`."""

    model_config = _example(secret="01" * 32)

    secret: Hex32


_BEACON = {
    "chain": QUICKNET.hash,
    "round": 1000,
    "signature": (
        "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
    ),
}


@report("matching", "beacon.published", subject="the round", by=RELAYS, leads_to=("round.drawn",))
class BeaconPublished(ReportData):
    """The beacon that a round waits for has come: its chain's hash, its number, its signature.

    It is checked with the chain's public key, and counts from its own time until the round's `awaits_until`.
    """

    model_config = _example(**_BEACON)

    chain: Hex32
    round: BeaconRound
    signature: Signature


@report("matching", "abort.ordered", subject="the round", by=GOVERNMENTS, leads_to=("round.aborted",))
class AbortOrdered(ReportData):
    """The round ends without a result.

    Good until the first secret is shown or the beacon's time, whichever comes first, by the reports' times.
    """

    model_config = _example(reason="WRONG_SCOPE", explanation="A partnership was left out.")

    reason: Code
    explanation: Text | None = None


@fact("matching", "round.opened", subject="the round", topic=PUBLIC)
class RoundOpened(RoundFact):
    """A round is announced; candidates confirm their lists until it closes."""

    model_config = _example(state=_ROUND, changed=["id", "phase", "scope", "programme", "closes_at"])


@fact("matching", "round.committed", subject="the round", topic=PUBLIC)
class RoundCommitted(RoundFact):
    """A committer has bound itself to a secret."""

    model_config = _example(
        state=_ROUND | {"commitments": {"kp2mi": "ab" * 32}}, changed=["commitments"], by="kp2mi"
    )

    by: Code


_HEADER = {
    "format": "jembatan.market/1",
    "round_id": "kp2mi-2026-01",
    "rules": {"mechanism": "1", "programme": "id-ca-nb-health-g2g/1"},
    "as_of": "2026-02-01T00:00:00Z",
    "lottery": {"kind": "commit-reveal", "commitments": _COMMITMENTS},
}


@fact("matching", "round.frozen", subject="the round", topic=PUBLIC, caused_by=("job:freeze",))
class RoundFrozen(RoundFact):
    """The market is fixed: nothing that happens from now on alters the match.

    `market` with the lists of the round's listings, joined and sorted by id, is the market file without its
    draw; `snapshot` is SHA-256 of its RFC 8785 form. The beacon named here is the first that comes at least
    ten minutes after this fact, with a minute for its way to the broker.
    """

    model_config = _example(state=_FROZEN, changed=["phase", "snapshot", "parts"], market=_HEADER)

    market: Header


@fact("matching", "round.market_listed", subject="the round", topic=PUBLIC, caused_by=("job:freeze",))
class MarketListed(FactData):
    """One part of the market of a round that is being frozen; `part` counts from 1."""

    model_config = _example(
        part=1,
        nodes=[{"id": "ID:CA-NB:ISIC4-Q:G2G:1", "parent": None, "remaining": 2}],
        vacancies=[{"id": "horizon-rn-1", "node": "ID:CA-NB:ISIC4-Q:G2G:1", "openings": 2}],
        candidates=[
            {
                "id": "r-0f0e0d0c0b0a09080706050403020100",
                "preferences": ["horizon-rn-1"],
                "scores": {"horizon-rn-1": 70},
                "tiers": {"horizon-rn-1": 0},
            }
        ],
    )

    part: Positive
    nodes: tuple[ListedNode, ...] = ()
    vacancies: tuple[ListedVacancy, ...] = ()
    candidates: tuple[ListedCandidate, ...] = ()


@fact("matching", "round.revealed", subject="the round", topic=PUBLIC)
class RoundRevealed(RoundFact):
    """A committer has shown its secret, and it is the one it had bound itself to."""

    model_config = _example(
        state=_FROZEN | {"secrets": {"kp2mi": "01" * 32}}, changed=["secrets"], by="kp2mi"
    )

    by: Code


@fact(
    "matching", "round.defaulted", subject="the round", topic=PUBLIC, caused_by=("deadline:round.reveal_by",)
)
class RoundDefaulted(RoundFact):
    """What should draw the lottery did not come in time.

    The committers in `defaulted` have not shown their secrets by `reveal_by`, or the beacon waited for was
    not reported by `awaits_until`. From now on the beacon `awaits` counts.
    """

    model_config = _example(state=_FROZEN | {"defaulted": ["gnb"]}, changed=["defaulted"])


@fact("matching", "round.drawn", subject="the round", topic=PUBLIC)
class RoundDrawn(RoundFact):
    """The lottery's randomness `rho` is known, and never drawn again.

    Of secrets it is SHA-256 of them, in the committers' order by code, and the snapshot. Of the beacon
    `drawn_from` it is the randomness: SHA-256 of its `signature`.
    """

    model_config = _example(state=_DRAWN, changed=["phase", "rho"])


_CUTOFF = {
    "candidate": "r-0f0e0d0c0b0a09080706050403020100",
    "vacancy": "horizon-rn-1",
    "tier": 0,
    "score": 70,
    "ticket": "78" * 32,
}


@fact("matching", "round.result_listed", subject="the round", topic=PUBLIC, caused_by=("job:match",))
class ResultListed(FactData):
    """One part of a round's result; the parts joined make the result file. `part` counts from 1."""

    model_config = _example(
        part=1,
        matches={"r-0f0e0d0c0b0a09080706050403020100": "horizon-rn-1"},
        passed_over={},
        cutoffs={"ID:CA-NB:ISIC4-Q:G2G:1": _CUTOFF},
    )

    part: Positive
    matches: dict[str, Id] = Field(default_factory=dict)
    passed_over: dict[str, tuple[PassedOver, ...]] = Field(default_factory=dict)
    cutoffs: dict[str, Cutoff] = Field(default_factory=dict)


@fact("matching", "round.published", subject="the round", topic=PUBLIC, caused_by=("job:match",))
class RoundPublished(RoundFact):
    """The result stands and never changes. `cutoffs` are those of full caps and partnerships."""

    model_config = _example(
        state=_PUBLISHED,
        changed=["phase", "digest", "result_parts", "matched", "missed"],
        cutoffs={"ID:CA-NB:ISIC4-Q:G2G:1": _CUTOFF},
    )

    cutoffs: dict[str, Cutoff]


@fact(
    "matching",
    "round.settled",
    subject="the round",
    topic=PUBLIC,
    caused_by=(
        "job:match",
        "job:end_vacancy_offers",
        "job:end_partnership_offers",
        "deadline:offer.answer_by",
    ),
)
class RoundSettled(RoundFact):
    """Every offer is answered; returned seats wait for a later round with fresh randomness."""

    model_config = _example(
        state=_PUBLISHED | {"phase": "settled"}, changed=["phase"], answers={"accepted": 1, "declined": 1}
    )

    answers: Answers


@fact(
    "matching",
    "round.aborted",
    subject="the round",
    topic=PUBLIC,
    caused_by=("deadline:round.closes_at", "deadline:round.reveal_by", "job:freeze"),
)
class RoundAborted(RoundFact):
    """The round ended without a result: `reason` says why, `explanation` in the words of who ordered it."""

    model_config = _example(
        state=_ROUND | {"phase": "aborted", "aborted_for": "COMMITMENT_MISSING"},
        changed=["phase", "aborted_for"],
        reason="COMMITMENT_MISSING",
        explanation=None,
    )

    reason: Code
    explanation: Text | None = None
