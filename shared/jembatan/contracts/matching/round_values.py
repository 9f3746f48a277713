"""The parts of a round: its state, its market, its result."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from jembatan.contracts.matching.candidates import ProgrammeName
from jembatan.contracts.matching.chains import BeaconRound, Signature
from jembatan.contracts.model import Code, Count, Hex32, Id, Model, State, Time

LotteryKind = Literal["commit-reveal", "drand"]


class Phase(StrEnum):
    """Where a round is. Before `frozen` lists may change; from `published` on its result never does."""

    OPEN = "open"
    FROZEN = "frozen"
    DRAWN = "drawn"
    PUBLISHED = "published"
    SETTLED = "settled"
    ABORTED = "aborted"


class RoundState(State):
    """A round. `commitments` and `secrets` stand under the committer's code.

    `as_of` is the instant at which eligibility is judged; `parts` and `result_parts` count the listings of
    the market and of the result; `snapshot` names the market, `digest` the result; `matched` and `missed`
    count candidates; `defaulted` names who did not reveal; `aborted_for` is a coded reason.

    `public` is false if one committer alone draws the lottery: nobody else can tell that it did not try
    markets until it liked the result. `chain` is the hash of the chain of beacons that draws, or that stands
    in for a secret not shown. At the freeze (`frozen_at`) one of its beacons is named, that comes at
    `beacon_at`, and two `fallbacks`. The draw waits for the beacon `awaits`, to be reported until
    `awaits_until`; `drawn_from` is the beacon that it was drawn from, `signature` that beacon's.
    """

    id: Id
    phase: Phase
    scope: tuple[Id, ...]
    programme: ProgrammeName
    closes_at: Time
    as_of: Time
    reveal_by: Time
    answer_by: Time
    lottery: LotteryKind
    committers: tuple[Code, ...]
    commitments: dict[Code, Hex32] = Field(default_factory=dict)
    secrets: dict[Code, Hex32] = Field(default_factory=dict)
    snapshot: Hex32 | None = None
    parts: Count | None = None
    candidates: Count | None = None
    rho: Hex32 | None = None
    digest: Hex32 | None = None
    result_parts: Count | None = None
    matched: Count | None = None
    missed: Count | None = None
    defaulted: tuple[Code, ...] = ()
    aborted_for: Code | None = None
    public: bool = True
    chain: Hex32 | None = None
    frozen_at: Time | None = None
    beacon_round: BeaconRound | None = None
    beacon_at: Time | None = None
    fallbacks: tuple[BeaconRound, ...] = ()
    awaits: BeaconRound | None = None
    awaits_until: Time | None = None
    drawn_from: BeaconRound | None = None
    signature: Signature | None = None


class Lottery(Model):
    """How ties are drawn: by secrets that were committed to, each under its committer's code, or by a beacon.

    `beacon_round` of `chain` draws, or stands in for a secret not shown; `fallbacks` stand in for it.
    """

    kind: LotteryKind
    commitments: dict[Code, Hex32]
    chain: Hex32 | None = None
    beacon_round: BeaconRound | None = None
    fallbacks: tuple[BeaconRound, ...] = ()


class Header(Model):
    """The parts of a market file that are not lists; with the listings it makes the whole file."""

    format: Literal["jembatan.market/1"] = "jembatan.market/1"
    round_id: Id
    rules: dict[Code, str]
    as_of: str
    lottery: Lottery


class ListedNode(Model):
    """A capped scope or a partnership, its place in the tree, and the seats that were left (null: no cap)."""

    id: Id
    parent: Id | None
    remaining: Count | None


class ListedVacancy(Model):
    """A posted vacancy, the node above it, and the openings that were free."""

    id: Id
    node: Id
    openings: Count


class ListedCandidate(Model):
    """A candidate under the round's reference: eligible preferences, best first, their scores and tiers."""

    id: Id
    preferences: tuple[Id, ...]
    scores: dict[str, Count]
    tiers: dict[str, Count]


class PassedOver(Model):
    """A preference not granted: `node` was full, `before` is who stands last inside it (null: no room)."""

    vacancy: Id
    node: Id
    before: Id | None


class Cutoff(Model):
    """The last pair that has a seat inside a full node or vacancy."""

    candidate: Id
    vacancy: Id
    tier: Count
    score: Count
    ticket: Hex32


class Answers(Model):
    """How the offers of a round ended; `withdrawn` counts those that nobody had answered."""

    accepted: Count = 0
    declined: Count = 0
    lapsed: Count = 0
    withdrawn: Count = 0
