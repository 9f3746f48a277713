"""What is published in `partners.facts`."""

from typing import Any

from jembatan.contracts.model import Code, FactData, Text
from jembatan.contracts.partners.values import CapState, PartnershipState, SafeguardsState, example
from jembatan.contracts.registry import fact

PARTNERSHIP = "the partnership's id"
INSTRUMENT_DEADLINES = ("deadline:partnership.instrument_ends", "deadline:partnership.instrument_starts")
CAP_DEADLINES = ("deadline:cap.period_starts", "deadline:cap.period_ends")

_LETTER = {
    "kind": "LOI",
    "ref": "Indonesia-New Brunswick 2024",
    "signed_on": "2024-07-12",
    "effective_on": "2024-07-12",
}
_AGREEMENT = {
    "kind": "MOU",
    "ref": "Indonesia-New Brunswick 2025",
    "signed_on": "2025-06-03",
    "effective_on": "2025-06-03",
}
_REGISTERED: dict[str, Any] = {
    "id": "ID:CA-NB:ISIC4-Q:G2G:1",
    "origin": "ID",
    "jurisdiction": "CA-NB",
    "sector": "ISIC4-Q",
    "scheme": "G2G",
    "number": 1,
    "phase": "registered",
    "origin_agency": "BP2MI",
    "host_agency": "New Brunswick Department of Health",
    "occupations": ["2221", "3221", "5321"],
}
_SIGNED = _REGISTERED | {"phase": "letter_of_intent", "instruments": [_LETTER]}
_OPEN = _REGISTERED | {
    "phase": "open",
    "origin_agency": "KP2MI",
    "instruments": [_LETTER, _AGREEMENT],
    "cap": {"period_start": "2025-06-03", "period_end": "2026-06-03", "max": 150},
    "safeguards": {"list": "WHO-SSL:2023", "listed": False, "checked_on": "2025-06-03"},
}
_GROUND = {"kind": "ORDER", "reason": "MORATORIUM", "legal_basis": "Law 18/2017, article 32"}
_SUSPENDED = _OPEN | {"phase": "suspended", "suspended_for": "MORATORIUM", "grounds": [_GROUND]}


class PartnershipFact(FactData):
    """What every fact of a partnership carries."""

    state: PartnershipState
    changed: tuple[str, ...]


@fact("partners", "partnership.registered", subject=PARTNERSHIP)
class PartnershipRegistered(PartnershipFact):
    """A partnership exists; it is not open yet."""

    model_config = example(state=_REGISTERED, changed=["id", "phase"])


@fact(
    "partners", "partnership.changed", subject=PARTNERSHIP, caused_by=(*CAP_DEADLINES, *INSTRUMENT_DEADLINES)
)
class PartnershipChanged(PartnershipFact):
    """Something of a partnership is another now, and its phase is the same."""

    model_config = example(state=_SIGNED | {"origin_agency": "KP2MI"}, changed=["origin_agency"])


@fact("partners", "partnership.instrument_signed", subject=PARTNERSHIP)
class PartnershipInstrumentSigned(PartnershipFact):
    """An instrument was signed, or put right; before opening the phase follows it."""

    model_config = example(state=_SIGNED, changed=["phase", "instruments"])


@fact("partners", "partnership.opened", subject=PARTNERSHIP)
class PartnershipOpened(PartnershipFact):
    """Vacancies are posted under it and rounds may be announced from now on."""

    model_config = example(state=_OPEN, changed=["phase", "safeguards"])


@fact("partners", "partnership.suspended", subject=PARTNERSHIP, caused_by=INSTRUMENT_DEADLINES)
class PartnershipSuspended(PartnershipFact):
    """No new vacancies and rounds, for the grounds in the state; again for each new ground."""

    model_config = example(state=_SUSPENDED, changed=["phase", "suspended_for", "grounds"])


@fact("partners", "partnership.resumed", subject=PARTNERSHIP, caused_by=INSTRUMENT_DEADLINES)
class PartnershipResumed(PartnershipFact):
    """The last ground of a suspension is gone; it is open again."""

    model_config = example(state=_OPEN, changed=["phase", "suspended_for", "grounds"])


@fact("partners", "partnership.closed", subject=PARTNERSHIP)
class PartnershipClosed(PartnershipFact):
    """It ended by order. Offers and placements stand."""

    model_config = example(state=_OPEN | {"phase": "closed"}, changed=["phase"], reason="AGREEMENT_ENDED")
    reason: Code
    legal_basis: Text | None = None


@fact("partners", "partnership.lapsed", subject=PARTNERSHIP, caused_by=("deadline:partnership.lapses_on",))
class PartnershipLapsed(PartnershipFact):
    """It ended on its `lapses_on`, never opened."""

    model_config = example(state=_SIGNED | {"phase": "lapsed", "lapses_on": "2026-07-12"}, changed=["phase"])


@fact(
    "partners",
    "cap.changed",
    subject="the cap's id: its node, and .YYYY-MM-DD of its period's start if it has one",
    caused_by=CAP_DEADLINES,
)
class CapChanged(FactData):
    """A cap at any level was set, or its period began or ended."""

    model_config = example(
        state={
            "id": "ID:CA-NB:ISIC4-Q:G2G:1.2025-06-03",
            "scope": {
                "origin": "ID",
                "jurisdiction": "CA-NB",
                "sector": "ISIC4-Q",
                "scheme": "G2G",
                "number": 1,
            },
            "node": "ID:CA-NB:ISIC4-Q:G2G:1",
            "period_start": "2025-06-03",
            "period_end": "2026-06-03",
            "max": 150,
            "in_force": True,
        },
        changed=["id", "max"],
    )
    state: CapState
    changed: tuple[str, ...]


@fact("partners", "safeguards.adopted", subject="the list's id, as WHO-SSL:2023")
class SafeguardsAdopted(FactData):
    """This list is in force: health partnerships are opened and kept open by it."""

    model_config = example(
        state={
            "id": "WHO-SSL:2023",
            "published_on": "2023-03-08",
            "countries": ["AF", "AO", "BD", "NP", "TL"],
        },
        changed=["id", "published_on", "countries"],
    )
    state: SafeguardsState
    changed: tuple[str, ...]
