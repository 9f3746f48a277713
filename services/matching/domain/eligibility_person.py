"""What the law of the origin asks of a person: age, competence, health, social security, documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from jembatan.contracts.matching.candidates import Document
from jembatan.contracts.matching.rules import AgeRule, DocumentRule
from services.matching.domain.eligibility_case import Case, Finding, completed_years, lacking, said


def age(case: Case) -> Iterator[Finding]:
    """From the least to the greatest age, in completed years on the day."""
    rule = case.rules.age
    years = completed_years(case.evidence.birth_date, case.day)
    if rule and (years < (rule.min or years) or years > (rule.max or years)):
        yield lacking(
            "E_AGE", "evidence/birth_date", _asked_age(rule), f"{years} on {case.day}", rule,
            least=rule.min, most=rule.max, years=years, day=str(case.day),
        )  # fmt: skip


def _asked_age(rule: AgeRule) -> str:
    least = f"at least {rule.min}" if rule.min else ""
    most = f"at most {rule.max}" if rule.max else ""
    return f"an age of {' and '.join(filter(None, (least, most)))} years"


def citizenship(case: Case) -> Iterator[Finding]:
    """One of the programme's citizenships."""
    rule, held = case.rules.citizenship, case.evidence.citizenship
    if rule and held not in rule.any_of:
        yield lacking(
            "E_CITIZENSHIP", "evidence/citizenship", f"citizenship of {said(rule.any_of)}", held, rule,
            countries=rule.any_of, own_country=held,
        )  # fmt: skip


def competence(case: Case) -> Iterator[Finding]:
    """A certificate in the vacancy's occupation, or in one that counts for it, not expired on the day."""
    rule = case.rules.competence
    held = [one.isco08 for one in case.evidence.competence if in_force(one.expires_on, case.day)]
    if rule and not set(held) & set(case.occupations):
        asked = f"a certificate of competence in {' or '.join(case.occupations)} (ISCO-08)"
        shown = tuple(sorted(set(held)))
        found = f"valid ones in {said(shown)} on {case.day}"
        yield lacking(
            "E_COMPETENCE", "evidence/competence", asked, found, rule,
            occupations=case.occupations, shown=shown, day=str(case.day),
        )  # fmt: skip


def health(case: Case) -> Iterator[Finding]:
    """Fit in body and in mind, by an examination that is valid on the day; each by itself."""
    rule, examined = case.rules.health, case.evidence.health
    if rule is None:
        return
    valid = examined is not None and case.day <= examined.valid_until
    for part in ("physical", "mental"):
        if examined is None or not valid or not getattr(examined, part):
            until = (
                f"the examination was valid until {examined.valid_until}" if examined else "no examination"
            )
            found = "the examination did not find so" if valid else until
            yield lacking(
                f"E_HEALTH_{part.upper()}", "evidence/health", f"fit for work, {part}", found, rule,
                day=str(case.day), until=str(examined.valid_until) if examined else None,
                valid="yes" if valid else "no",
            )  # fmt: skip


def social_security(case: Case) -> Iterator[Finding]:
    """A membership of social security."""
    rule, held = case.rules.social_security, case.evidence.social_security
    if rule and not (set(held) & set(rule.any_of) if rule.any_of else held):
        asked = f"membership of social security: {said(rule.any_of, 'any')}"
        yield lacking(
            "E_SOCIAL_SECURITY", "evidence/social_security", asked, said(held), rule,
            schemes=rule.any_of, shown=held,
        )  # fmt: skip


def documents(case: Case) -> Iterator[Finding]:
    """Each document that the programme names, not expired on the day."""
    for rule in case.rules.documents:
        held = [one for one in case.evidence.documents if one.kind == rule.kind]
        if not any(in_force(one.expires_on, case.day) for one in held):
            yield _document(rule, held, case.day)


def _document(rule: DocumentRule, held: list[Document], day: date) -> Finding:
    ends = sorted(str(one.expires_on) for one in held)
    found = f"one that ended on {ends[-1]}" if ends else "none"
    code = f"E_DOC_{re.sub(r'[^A-Z0-9]', '_', rule.kind.upper())}"
    return lacking(
        code, "evidence/documents", f"{rule.kind}, valid on {day}", found, rule,
        document=rule.kind, day=str(day), ended=ends[-1] if ends else None,
    )  # fmt: skip


def in_force(expires_on: date | None, day: date) -> bool:
    """Whether something that ends with a day, or never, still counts on the day."""
    return expires_on is None or day <= expires_on


CHECKS = (age, citizenship, competence, health, social_security, documents)
