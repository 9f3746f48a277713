"""The files of an example folder: what may stand in them."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, JsonValue, StringConstraints

from jembatan.contracts.matching.candidates import ProgrammeName
from jembatan.contracts.matching.evidence import Isced, Occupation
from jembatan.contracts.matching.offers import OfferDeclinedReport
from jembatan.contracts.model import Code, Hex32, Id, Positive, Strict, Text, Time

Thing = Literal["AGE", "HEALTH", "SOCIAL_SECURITY", "PASSPORT", "FAMILY_PERMISSION", "WRITING", "EXPERIENCE"]
Share = Annotated[int, Field(ge=0, le=100, strict=True)]
Band = Annotated[str, StringConstraints(pattern=r"^[0-9]\.[05]$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Awaited = Annotated[str, StringConstraints(pattern=r"^[a-z_]+\.[a-z_]+ [^ ]+$")]


class Real(Strict):
    """Something in the example that is so, and where it can be read."""

    what: Text
    source: Text


class Answering(Strict):
    """How the candidates of a round answer their offers, in order of the candidates' ids.

    The first ones decline, each for a reason of `declined`, and with `withdrawn` leave the roster; the next
    `unanswered` say nothing; all others accept.
    """

    round: Id
    reporter: Code
    at: Time
    declined: tuple[Code, ...] = ()
    unanswered: Annotated[int, Field(ge=0)] = 0
    withdrawn: bool = False

    def declines(self, reason: str) -> OfferDeclinedReport:
        return OfferDeclinedReport(reason=reason)


class Placing(Strict):
    """One report about each accepted offer of a partnership that is far enough for it, by candidates' ids.

    With `vacancy` only that one's; the first `skip` are left out, and at most `most` are reported about.
    Without `reporter` the employer reports, whose id is its code. `data` is the report's.
    """

    partnership: Id
    report: Literal[
        "contract.signed", "contract.cancelled", "clearance.granted", "clearance.refused",
        "departure.recorded", "arrival.recorded", "employment.ended", "return.recorded",
    ]  # fmt: skip
    at: Time
    reporter: Code | None = None
    vacancy: Id | None = None
    skip: Annotated[int, Field(ge=0)] = 0
    most: Positive | None = None
    data: dict[Code, JsonValue]


class Selected(Strict):
    """An outcome with its reason, for so many candidates."""

    outcome: Code
    reason: Code
    number: Positive


class Selecting(Strict):
    """What an employer says of the candidates who want its vacancy, in order of their ids."""

    vacancy: Id
    reporter: Code
    at: Time
    outcomes: tuple[Selected, ...] = Field(min_length=1)


class Step(Strict):
    """Reports of files, of generated candidates, selections, answers or placements, in this order.

    Then time goes on `until` an instant.

    `awaits` are facts, as `round.frozen kp2mi-2025-1`, that must have come by then.
    """

    files: tuple[FileName, ...] = ()
    candidates: FileName | None = None
    selection: Selecting | None = None
    answers: Answering | None = None
    placing: tuple[Placing, ...] = ()
    until: Time
    awaits: tuple[Awaited, ...] = ()


class Act(Strict):
    """One part of the story, told together."""

    heading: Text
    step: tuple[Step, ...] = Field(min_length=1)


class Then(Strict):
    """What a reader can do after the story: send the reports of a file, and move time on."""

    text: Text
    file: FileName
    until: Time


class ExampleFile(Strict):
    """The file `example.toml`."""

    title: Text
    secret: Hex32
    made_up: tuple[Text, ...] = ()
    real: tuple[Real, ...] = ()
    then: Then | None = None
    act: tuple[Act, ...] = Field(min_length=1)


class Lacking(Strict):
    """How many of a hundred candidates lack one, two and three of `things`."""

    one: Share = 0
    two: Share = 0
    three: Share = 0
    things: tuple[Thing, ...] = ()


class Licence(Strict):
    body: Code
    stage: Code


class Group(Strict):
    """Candidates of one occupation.

    `wants` are tiers of vacancies: each candidate shuffles within a tier and keeps the order of tiers. Of a
    hundred, `licence_behind` hold the licence at ASSESSED only.
    """

    number: Positive
    isco08: Occupation
    certificate: Code
    bands: tuple[Band, Band]
    education: tuple[Isced, Isced]
    hours: tuple[Positive, Positive]
    licence: Licence | None = None
    licence_behind: Share = 0
    wants: tuple[tuple[Id, ...], ...] = Field(min_length=1)


class CandidatesFile(Strict):
    """Parameters of generated candidates: the same seed gives the same candidates."""

    seed: int
    reporter: Code
    verifier: Code
    ids: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,8}$")]
    origin: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    programme: ProgrammeName
    registered: Time
    verified: Time
    preferences: Time
    tested_from: date
    tested_until: date
    turned_down: Annotated[int, Field(ge=0)] = 0
    lacking: Lacking = Lacking()
    group: tuple[Group, ...] = Field(min_length=1)
