"""What a made-up candidate can show, and how each thing goes missing. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from cli.demo.files import CandidatesFile, Group, Thing

Evidence = dict[str, Any]
SKILLS = ("listening", "reading", "writing", "speaking")
UNDER_AGE = 17
TOO_FEW_HOURS = 1300
TOO_LOW = "3.5"


def evidence_of(file: CandidatesFile, group: Group, draw: Random) -> Evidence:
    """All that the rules ask of a candidate of this group."""
    day = file.registered.date()
    started = day - timedelta(days=draw.randint(1500, 1700))
    evidence: Evidence = {
        "birth_date": _iso(day - timedelta(days=draw.randint(21 * 366, 44 * 365))),
        "citizenship": file.origin,
        "competence": [{"isco08": group.isco08, "kind": group.certificate, "issued_on": _iso(started)}],
        "health": {"physical": True, "mental": True, "valid_until": _iso(day + timedelta(days=400))},
        "social_security": ["BPJS-TK"],
        "documents": [
            {"kind": "PASSPORT", "issued_on": _iso(started), "expires_on": _iso(day + timedelta(days=2000))},
            {"kind": "MARITAL_STATUS", "issued_on": _iso(day - timedelta(days=90))},
            {"kind": "FAMILY_PERMISSION", "issued_on": _iso(day - timedelta(days=80))},
        ],
        "tests": [_test(file, group, draw)],
        "experience": [_work(group, started, day, draw)],
        "education": draw.randint(*group.education),
    }
    if group.licence is not None:
        behind = draw.randrange(100) < group.licence_behind
        stage = "ASSESSED" if behind else group.licence.stage
        evidence["licences"] = [{"body": group.licence.body, "stage": stage}]
    return evidence


def _test(file: CandidatesFile, group: Group, draw: Random) -> Evidence:
    days = (file.tested_until - file.tested_from).days
    low, high = (int(Decimal(band) * 2) for band in group.bands)
    bands = {skill: f"{Decimal(draw.randint(low, high)) / 2:.1f}" for skill in SKILLS}
    taken = file.tested_from + timedelta(days=draw.randint(0, days))
    return {"kind": "IELTS_GENERAL", "language": "en", "taken_on": _iso(taken), **bands}


def _work(group: Group, started: date, day: date, draw: Random) -> Evidence:
    hours = draw.randrange(*group.hours)
    ended = day - timedelta(days=30)
    return {
        "isco08": group.isco08, "hours": hours, "started_on": _iso(started), "ended_on": _iso(ended),
    }  # fmt: skip


def _iso(day: date) -> str:
    return day.isoformat()


def _too_young(evidence: Evidence, file: CandidatesFile) -> None:
    day = file.registered.date()
    evidence["birth_date"] = _iso(date(day.year - UNDER_AGE, 12, 28))


def _unfit(evidence: Evidence, _: CandidatesFile) -> None:
    evidence["health"]["physical"] = False


def _not_insured(evidence: Evidence, _: CandidatesFile) -> None:
    evidence["social_security"] = []


def _passport_ended(evidence: Evidence, file: CandidatesFile) -> None:
    passport = next(one for one in evidence["documents"] if one["kind"] == "PASSPORT")
    passport["expires_on"] = _iso(file.registered.date() - timedelta(days=1))


def _no_permission(evidence: Evidence, _: CandidatesFile) -> None:
    evidence["documents"] = [one for one in evidence["documents"] if one["kind"] != "FAMILY_PERMISSION"]


def _writes_too_little(evidence: Evidence, _: CandidatesFile) -> None:
    evidence["tests"][0]["writing"] = TOO_LOW


def _worked_too_little(evidence: Evidence, _: CandidatesFile) -> None:
    evidence["experience"][0]["hours"] = TOO_FEW_HOURS


WITHOUT: dict[Thing, Callable[[Evidence, CandidatesFile], None]] = {
    "AGE": _too_young,
    "HEALTH": _unfit,
    "SOCIAL_SECURITY": _not_insured,
    "PASSPORT": _passport_ended,
    "FAMILY_PERMISSION": _no_permission,
    "WRITING": _writes_too_little,
    "EXPERIENCE": _worked_too_little,
}
