"""Words for codes that stand in sentences; a code that is not here stands as it is."""

from __future__ import annotations

from collections.abc import Mapping

from cli.explain.messages import word

DOCUMENTS = {
    "PASSPORT": word("passport"),
    "MARITAL_STATUS": word("statement of marital status"),
    "FAMILY_PERMISSION": word("permission of spouse, parent or guardian"),
    "POLICE_RECORD": word("police record"),
    "SEA_SURVIVAL": word("certificate of survival at sea"),
}
SKILLS = {
    "listening": word("listening"),
    "reading": word("reading"),
    "writing": word("writing"),
    "speaking": word("speaking"),
}
VACANCY_STATES = {
    "pending": word("pending"),
    "posted": word("posted"),
    "suspended": word("suspended"),
    "closed": word("closed"),
    "rejected": word("rejected"),
    "withdrawn": word("withdrawn"),
    "expired": word("expired"),
    "filled": word("filled"),
}
ABORTS = {
    "COMMITMENT_MISSING": word("a committer to the lottery had not committed itself in time"),
    "SECRET_MISSING": word("a committer to the lottery did not show its secret in time"),
    "BEACON_MISSING": word("the public random number of the lottery was not reported in time"),
    "UNKNOWN_CHAIN": word("the lottery's source of public random numbers is not known here any more"),
    "NOT_FROZEN_IN_TIME": word("its market was not fixed in time"),
    "NO_PARTNERSHIP_OPEN": word("none of its partnerships was open"),
    "CAPS_NOT_LAMINAR": word("the caps over its partnerships cross each other"),
}
ENDS = {
    "CANCELLED_BY_EMPLOYER": word("the employer called the contract off"),
    "CANCELLED_BY_CANDIDATE": word("you called the contract off"),
    "CANCELLED_BY_AUTHORITY": word("an authority called the contract off"),
    "CLEARANCE_REFUSED": word("a clearance was refused"),
    "CANDIDATE_WITHDRAWN": word("you withdrew"),
    "CANDIDATE_REJECTED": word("your verification was taken back"),
    "VACANCY_WITHDRAWN": word("the employer withdrew the vacancy"),
    "PARTNERSHIP_CLOSED": word("the partnership was closed"),
    "COMPLETED": word("the employment was completed"),
    "ENDED_BY_EMPLOYER": word("the employer ended the employment"),
    "ENDED_BY_WORKER": word("you ended the employment"),
    "OTHER": word("another reason"),
}
VOCABULARY: Mapping[str, Mapping[str, str]] = {
    "document": DOCUMENTS,
    "skill": SKILLS,
    "state": VACANCY_STATES,
    "aborted_for": ABORTS,
    "ended_for": ENDS,
}
"""By the name of the value."""
