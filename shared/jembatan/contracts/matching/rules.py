"""What a programme asks of candidates and how it counts points, as its file says it.

Each rule carries its basis and whether it is known from a source or from memory; from memory it only warns.
`related` and `ladders` can only let more people in, so they are used either way. Points are integers, as
the programme's parties agree on them.
"""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from jembatan.codes.clb import Skill
from jembatan.contracts.matching.evidence import Country, Isced, Language, Occupation, Score
from jembatan.contracts.matching.rules_employers import NO_SELECTION, PlacementRule, SelectionRule, twice
from jembatan.contracts.model import Code, Count, Positive, Strict, Text
from jembatan.contracts.partners.values import key_of
from jembatan.contracts.vacancies.rules import ANY, Rule, Teer
from jembatan.contracts.vacancies.values import Floor

Group = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,4}$")]
"""An ISCO-08 group of one to four digits; it takes in all that begin with it."""

Points = Annotated[int, Field(ge=0, le=1000, strict=True)]
Months = Annotated[int, Field(ge=1, le=240, strict=True)]
Languages = Annotated[tuple[Language, ...], Field(min_length=1)]


class TeerRule(Rule):
    """A rule for vacancies of these TEER (NOC 2021), or of any if none is named."""

    teer: tuple[Teer, ...] = ()

    def holds_for(self, teer: int | None) -> bool:
        return not self.teer or teer in self.teer


class AgeRule(Rule):
    """From `min` to `max` completed years. Who was born on 29 February is a year older from 1 March on."""

    min: Positive | None = None
    max: Positive | None = None


class CitizenshipRule(Rule):
    any_of: tuple[Country, ...] = Field(min_length=1)


class SocialSecurityRule(Rule):
    """Membership of any of these, or of any at all if none is named."""

    any_of: tuple[Code, ...] = ()


class DocumentRule(Rule):
    """A document of this kind that is not expired on the day."""

    kind: Code


class LanguageRule(TeerRule):
    """Levels by skill, in any one of the languages; a skill left out is not asked for."""

    languages: Languages
    framework: Code
    listening: Score | None = None
    reading: Score | None = None
    writing: Score | None = None
    speaking: Score | None = None
    floor: Floor

    def level(self, skill: Skill) -> str | None:
        found: str | None = getattr(self, skill.value)
        return found


class TestRule(Rule):
    """Results of this kind of test count until so many months have passed since it was taken."""

    kind: Code
    valid_months: Months


class EducationRule(TeerRule):
    """At least this level of ISCED 2011."""

    isced: Isced


class ExperienceRule(TeerRule):
    """Paid hours within the last years, in occupations of these groups of ISCO-08, or in any."""

    hours: Positive
    within_years: Positive
    occupations: tuple[Group, ...] = ()
    floor: Floor = Floor.IMMIGRATION


class Related(Rule):
    """What is shown in one of `counts` also counts for work in `isco08`: competence and experience."""

    isco08: Occupation
    counts: tuple[Occupation, ...] = Field(min_length=1)


class Ladder(Rule):
    """The stages of a body's licence, the lowest first; a higher one is worth each below it."""

    body: Code
    stages: tuple[Code, ...] = Field(min_length=2)


class EligibilityRules(Strict):
    """The section `[eligibility]`. A vacancy's own demands come on top; of floors the highest holds."""

    age: AgeRule | None = None
    citizenship: CitizenshipRule | None = None
    competence: Rule | None = None
    health: Rule | None = None
    social_security: SocialSecurityRule | None = None
    documents: tuple[DocumentRule, ...] = ()
    languages: tuple[LanguageRule, ...] = ()
    tests: tuple[TestRule, ...] = ()
    education: tuple[EducationRule, ...] = ()
    experience: tuple[ExperienceRule, ...] = ()
    related: tuple[Related, ...] = ()
    ladders: tuple[Ladder, ...] = ()


class RosterRule(Rule):
    """The section `[roster]`: for how many months a verified candidate is in it."""

    months: Months


class RoundRule(Rule):
    """The section `[round]`: how many vacancies a list of preferences may hold."""

    max_preferences: Annotated[int, Field(ge=1, le=100, strict=True)] = 20


class LevelPoints(Strict):
    level: Score
    points: Points


class LanguagePoints(Strict):
    """Points for the weakest of the four skills in the best of the languages: the highest level reached."""

    languages: Languages
    framework: Code
    levels: tuple[LevelPoints, ...] = Field(min_length=1)


class HoursPoints(Strict):
    hours: Count
    points: Points


class ExperiencePoints(Strict):
    """Points for paid hours in occupations of these groups, within the last years."""

    occupations: tuple[Group, ...] = ()
    within_years: Positive
    hours: tuple[HoursPoints, ...] = Field(min_length=1)


class EducationPoints(Strict):
    isced: Isced
    points: Points


class LicencePoints(Strict):
    body: Code
    stage: Code
    points: Points


class PointsTable(Strict):
    """The section `[points]`: of each list the best counts, and the lists add up."""

    basis: Text
    languages: tuple[LanguagePoints, ...] = ()
    experience: tuple[ExperiencePoints, ...] = ()
    education: tuple[EducationPoints, ...] = ()
    licences: tuple[LicencePoints, ...] = ()


class MatchingRules(Strict):
    """What matching takes of a programme; `key` has a part for each of a partnership's, `*` for any."""

    id: Code
    version: Code
    key: tuple[str, str, str, str]
    eligibility: EligibilityRules
    roster: RosterRule
    points: PointsTable
    round: RoundRule
    placement: PlacementRule = PlacementRule()
    selection: SelectionRule = NO_SELECTION

    @property
    def name(self) -> str:
        """Id and version, as rounds and rosters name it."""
        return f"{self.id}/{self.version}"

    def meant_for(self, partnership: str) -> bool:
        """Whether it is for the partnership of this id."""
        wanted = key_of(partnership).text.split(":")
        return all(part in (ANY, want) for part, want in zip(self.key, wanted, strict=True))

    @model_validator(mode="after")
    def _without_twins(self) -> Self:
        rules = self.eligibility
        named = {
            "documents": [rule.kind for rule in rules.documents],
            "tests": [rule.kind for rule in rules.tests],
            "ladders": [rule.body for rule in rules.ladders],
            "related": [rule.isco08 for rule in rules.related],
        }
        twins = [f"{part}: {name}" for part, names in named.items() for name in twice(names)]
        if twins:
            raise ValueError(f"named twice in [eligibility]: {', '.join(twins)}")
        if kinds := twice([rule.kind for rule in self.placement.clearances]):
            raise ValueError(f"named twice in [placement]: {', '.join(kinds)}")
        return self
