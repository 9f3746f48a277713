"""Rounds, results and answers, made short."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cli.explain import persons
from cli.explain.known import Entered, Round, Then
from cli.explain.messages import Message
from cli.explain.wording import Language, Tongue
from jembatan.contracts.matching.candidates import Phase
from jembatan.contracts.matching.offers import OfferState, Passed
from jembatan.contracts.matching.rounds import Cutoff, ListedNode
from services.matching.domain.against import Against
from services.matching.domain.freezing import FixedVacancy, Frame
from tests.unit.matching import made
from tests.unit.matching.made import CLOSES, NB

NAME, OWN, OTHER = "kp2mi-c-1", "r-own", "r-other"
LIST = ("rn-1", "rn-2", "rn-3")
TONGUES = [Tongue(language) for language in Language]
ENGLISH = Tongue(Language.ENGLISH)
FRAME = Frame(
    nodes=(ListedNode(id="ID", parent=None, remaining=9), ListedNode(id=NB, parent="ID", remaining=7)),
    vacancies={name: FixedVacancy(state=made.vacancy(name), openings=2) for name in LIST},
    left_out={"closed-1": Against(code="E_VACANCY_NOT_POSTED", detail="x", values={"state": "closed"})},
)


def a_round(
    phase: str = "settled",
    cutoffs: dict[str, Cutoff] | None = None,
    one_order: bool = True,
    **changes: Any,  # noqa: ANN401
) -> Round:
    """A round with three vacancies under one partnership and its origin."""
    return Round(made.round_state(phase=phase, **changes), FRAME, cutoffs or {}, one_order)


def cutoff(score: int = 70, tier: int = 0, candidate: str = OTHER, vacancy: str = "rn-1") -> Cutoff:
    return Cutoff(candidate=candidate, vacancy=vacancy, tier=tier, score=score, ticket="0" * 64)


def entered(**changes: Any) -> Entered:  # noqa: ANN401
    values: dict[str, Any] = {"reference": OWN, "eligible": LIST, "score": 60, "ticket": "1" * 64}
    return Entered(**values | changes)


def passed(vacancy: str, node: str | None = None, no_room: bool = False) -> Passed:
    return Passed(vacancy=vacancy, node=node or vacancy, no_room=no_room)


def then(*preferences: str, **changes: Any) -> Then:  # noqa: ANN401
    values: dict[str, Any] = {"first_at": CLOSES - timedelta(days=5), "phase": Phase.ROSTERED}
    return Then(**values | {"preferences": preferences or LIST} | changes)


def offer(phase: str, ended_at: datetime | None = None, reason: str | None = None) -> OfferState:
    return OfferState.model_validate(
        {
            "id": f"kp2mi-r1:{NAME}", "round": "kp2mi-r1", "candidate": NAME, "vacancy": "rn-1",
            "partnership": NB, "phase": phase, "extended_at": CLOSES, "answer_by": CLOSES + timedelta(days=9),
            "ended_at": ended_at, "reason": reason,
        }
    )  # fmt: skip


def sentences(answer: persons.Answer, tongue: Tongue = ENGLISH) -> list[str]:
    """Everything that an answer says."""
    messages: list[Message] = [*answer.says]
    for place in answer.places:
        messages += [*place.says, *place.remedy]
        messages += [one for reason in place.reasons for one in (*reason.says, *reason.remedy)]
    return [tongue.say(message) for message in messages]
