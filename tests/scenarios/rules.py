"""What makes a candidate of the example ineligible, said again plainly from the law and the job orders.

Shares no code with the services, so that a mistake there is not repeated here.
"""

from __future__ import annotations

from datetime import date
from typing import Any

AS_OF = date(2025, 11, 15)
FIVE_YEARS_BEFORE = date(2020, 11, 15)
LEAST_FOR_CLB_5 = {"listening": 5.0, "reading": 4.0, "writing": 5.0, "speaking": 5.0}
LEAST_FOR_CLB_6 = {"listening": 5.5, "reading": 5.0, "writing": 5.5, "speaking": 5.5}
LEAST_FOR_CLB_7 = {"listening": 6.0, "reading": 6.0, "writing": 6.0, "speaking": 6.0}
ORDERS: dict[str, dict[str, Any]] = {
    "nb-hospitals-rn-1": {"bands": LEAST_FOR_CLB_7, "licence": "NANB", "education": 6},
    "nb-hospitals-lpn-1": {"bands": LEAST_FOR_CLB_6, "licence": "ANBLPN", "education": 4},
    "nb-homes-lpn-1": {"bands": LEAST_FOR_CLB_6, "licence": "ANBLPN", "education": 4},
    "nb-hospitals-aide-1": {
        "bands": LEAST_FOR_CLB_5 | {"listening": 5.5, "speaking": 5.5}, "licence": None, "education": 3,
    },
    "nb-homes-aide-1": {"bands": LEAST_FOR_CLB_5, "licence": None, "education": 3},
}  # fmt: skip


def reasons(evidence: dict[str, Any], vacancy: str) -> set[str]:
    """The codes of all that stands against a candidate's place in a vacancy on 15 November 2025."""
    return {*_person(evidence), *_documents(evidence), *_work(evidence, vacancy)}


def _person(evidence: dict[str, Any]) -> set[str]:
    born, health = date.fromisoformat(evidence["birth_date"]), evidence["health"]
    eighteenth = (
        born.replace(year=born.year + 18) if (born.month, born.day) != (2, 29) else date(born.year + 18, 3, 1)
    )
    found = set()
    if eighteenth > AS_OF:
        found.add("E_AGE")
    if evidence["citizenship"] != "ID":
        found.add("E_CITIZENSHIP")
    fit_until = date.fromisoformat(health["valid_until"])
    found |= {
        f"E_HEALTH_{part.upper()}" for part in ("physical", "mental") if not health[part] or fit_until < AS_OF
    }
    if not evidence["social_security"]:
        found.add("E_SOCIAL_SECURITY")
    return found


def _documents(evidence: dict[str, Any]) -> set[str]:
    valid = {
        one["kind"]
        for one in evidence["documents"]
        if not one.get("expires_on") or date.fromisoformat(one["expires_on"]) >= AS_OF
    }
    return {
        f"E_DOC_{kind}" for kind in ("PASSPORT", "MARITAL_STATUS", "FAMILY_PERMISSION") if kind not in valid
    }


def _work(evidence: dict[str, Any], vacancy: str) -> set[str]:
    order = ORDERS[vacancy]
    (test,) = evidence["tests"]
    found = {
        f"E_LANG_{skill.upper()}" for skill, least in order["bands"].items() if float(test[skill]) < least
    }
    (work,) = evidence["experience"]
    assert date.fromisoformat(work["started_on"]) > FIVE_YEARS_BEFORE, "all of it counts"
    if work["hours"] < 1560:
        found.add("E_EXPERIENCE")
    if evidence["education"] < order["education"]:
        found.add("E_EDUCATION")
    held = {(one["body"], one["stage"]) for one in evidence.get("licences", [])}
    if order["licence"] and not held & {(order["licence"], "ELIGIBLE"), (order["licence"], "REGISTERED")}:
        found.add("E_LICENCE")
    return found
