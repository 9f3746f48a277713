"""What a candidate can show: the private part, which stands in reports and in the schema of matching only.

Sex, religion, name and photo decide nothing, so they are not taken: reports refuse unknown fields. Days are
days in UTC; what `expires_on` or is `valid_until` a day counts to the end of that day.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Self, TypeVar

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from jembatan.codes.clb import Skill, from_celpip_general, from_ielts_general
from jembatan.contracts.model import Code, Day, Id, Positive, Strict, Text, Time

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""

Occupation = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
"""An ISCO-08 unit group."""

Noc = Annotated[str, StringConstraints(pattern=r"^[0-9][0-5][0-9]{3}$")]
"""A unit group of NOC 2021."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
"""A language as BCP 47 names it, without region: `en`, `fr`, `id`."""

Score = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.+-]{1,8}$")]
"""A score as the certificate prints it: `6.5`, `7`, `B1`. Text, since a binary fraction is no band."""

Isced = Annotated[int, Field(ge=0, le=8, strict=True)]
"""A level of ISCED 2011."""

E = TypeVar("E", bound=Strict)
Many = Annotated[tuple[E, ...], Field(max_length=200)]
WEEK_HOURS = 168


def _in_order(first: date, last: date | None, said: str) -> None:
    if last is not None and last < first:
        raise ValueError(said)


class Competence(Strict):
    """A certificate of competence in an occupation."""

    isco08: Occupation
    kind: Code
    issued_on: Day
    expires_on: Day | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _in_order(self.issued_on, self.expires_on, "`expires_on` is before `issued_on`")
        return self


class Health(Strict):
    """The outcome of the health examination, fit or not, of body and mind; nothing of what was found."""

    physical: bool
    mental: bool
    valid_until: Day


class Document(Strict):
    """A document that exists: its kind, as PASSPORT, and when it ends. Never its number or content."""

    kind: Code
    issued_on: Day
    expires_on: Day | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _in_order(self.issued_on, self.expires_on, "`expires_on` is before `issued_on`")
        return self


def _ielts(_: Skill, score: str) -> None:
    from_ielts_general(Skill.READING, Decimal(score))


def _celpip(_: Skill, score: str) -> None:
    from_celpip_general(0 if score == "M" else int(score))


SCALES = {
    "IELTS_GENERAL": ("en", _ielts, "an IELTS band goes from 0 to 9 in steps of 0.5"),
    "IELTS_ACADEMIC": ("en", _ielts, "an IELTS band goes from 0 to 9 in steps of 0.5"),
    "CELPIP_GENERAL": ("en", _celpip, "a CELPIP level is M, or a whole number from 1 to 12"),
}
"""Of tests whose scale is known: the language, a check of one score, and how to say that it is none."""


class LanguageTest(Strict):
    """A language test, with the score of each skill that it tested.

    Kinds with a known scale are checked: IELTS_GENERAL, IELTS_ACADEMIC, CELPIP_GENERAL. A certificate of a
    level of the Common European Framework is a CEFR; others, as TEF, are kept as they are.
    """

    kind: Code
    language: Language
    taken_on: Day
    expires_on: Day | None = None
    listening: Score | None = None
    reading: Score | None = None
    writing: Score | None = None
    speaking: Score | None = None

    @model_validator(mode="after")
    def _of_its_scale(self) -> Self:
        _in_order(self.taken_on, self.expires_on, "`expires_on` is before `taken_on`")
        if self.kind in SCALES:
            _check_scale(self)
        return self

    def score(self, skill: Skill) -> str | None:
        """The score in one skill."""
        found: str | None = getattr(self, skill.value)
        return found


def _check_scale(test: LanguageTest) -> None:
    language, check, said = SCALES[test.kind]
    faults = [] if test.language == language else [f"this kind of test is in {language}"]
    for skill in Skill:
        try:
            check(skill, test.score(skill) or "0")
        except (ValueError, ArithmeticError):
            faults.append(f"{skill.value}: {said}")
    if faults:
        raise ValueError("; ".join(faults))


class LicenceHeld(Strict):
    """A licence or registration of a body, and how far it has come, as ASSESSED, ELIGIBLE, REGISTERED."""

    body: Code
    stage: Code
    valid_until: Day | None = None


class Employment(Strict):
    """Paid work in an occupation, by ISCO-08, NOC 2021 or both, from the first day to the last."""

    isco08: Occupation | None = None
    noc2021: Noc | None = None
    hours: Positive
    started_on: Day
    ended_on: Day

    @model_validator(mode="after")
    def _plausible(self) -> Self:
        if self.isco08 is None and self.noc2021 is None:
            raise ValueError("name the occupation: `isco08`, `noc2021` or both")
        _in_order(self.started_on, self.ended_on, "`ended_on` is before `started_on`")
        days = (self.ended_on - self.started_on).days + 1
        if self.hours * 7 > days * WEEK_HOURS:
            raise ValueError("more hours than there are between `started_on` and `ended_on`")
        return self


class EvidenceReported(Strict):
    """What a candidate can show. What is left out is not shown; `education` is a level of ISCED 2011."""

    birth_date: Day
    citizenship: Country
    competence: Many[Competence] = ()
    health: Health | None = None
    social_security: tuple[Code, ...] = Field(default=(), max_length=20)
    documents: Many[Document] = ()
    tests: Many[LanguageTest] = ()
    licences: Many[LicenceHeld] = ()
    experience: Many[Employment] = ()
    education: Isced | None = None


class EvidenceAmended(Strict):
    """Parts of the evidence that are others now, each whole; what is left out stays as it is."""

    birth_date: Day | None = None
    citizenship: Country | None = None
    competence: Many[Competence] | None = None
    health: Health | None = None
    social_security: tuple[Code, ...] | None = Field(default=None, max_length=20)
    documents: Many[Document] | None = None
    tests: Many[LanguageTest] | None = None
    licences: Many[LicenceHeld] | None = None
    experience: Many[Employment] | None = None
    education: Isced | None = None


class Rejection(Strict):
    """Why the verifying agency turned a candidate down."""

    reason: Code
    note: Text | None = None
    at: Time


class Selected(Strict):
    """What an employer's selection for a vacancy came to, and why."""

    vacancy: Id
    outcome: Code
    reason: Code
    note: Text | None = None
    at: Time


class Evidence(EvidenceReported):
    """The private part of a candidate as the schema of matching keeps it.

    `selections` are those of the present registration, the last of each vacancy.
    """

    model_config = ConfigDict(extra="ignore")

    rejection: Rejection | None = None
    selections: tuple[Selected, ...] = ()
