"""What replay compares: the public state of each service, and what is left out and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose rows follow from facts; `left_out`: columns that do not, and why."""

    name: str
    key: tuple[str, ...] = ("id",)
    left_out: Mapping[str, str] = field(default_factory=dict)


PRIVATE = "private; no fact carries it"
DEADLINE = "when it is looked at next, which a deadline without a fact moves"
COMPARED: dict[str, tuple[Table, ...]] = {
    "partners": (
        Table("partnership", left_out={"deadline": DEADLINE, "deadline_at": DEADLINE}),
        Table("cap", left_out={"deadline": DEADLINE, "deadline_at": DEADLINE}),
        Table("safeguards"),
    ),
    "vacancies": (Table("vacancy"), Table("partnership")),
    "matching": (
        Table("candidate", left_out={"evidence": PRIVATE}),
        Table("vacancy"),
        Table("partnership"),
        Table("cap"),
        Table("usage"),
        Table(
            "round",
            left_out={
                "freezing": "a private mark while the market is being fixed",
                "matching": "a private mark from the start of the match",
            },
        ),
        Table("offer", left_out={"aside": PRIVATE}),
        Table("placement", left_out={"aside": PRIVATE}),
        Table("seat", ("round_id", "candidate")),
        Table("tally", ("round_id", "partnership")),
    ),
}
NOT_COMPARED: dict[str, tuple[str, ...]] = {
    "partners": (),
    "vacancies": (),
    "matching": (
        "kept: candidates as they were when a round closed, private",
        "round_candidate: references, scores and reasons of eligibility, private",
        "round_work, round_part: how far a round's work is, and its listings, whose digests are public",
    ),
}
ENGINE = "the engine's own tables; `jembatan doctor` checks them"


def left_out(service: str) -> list[str]:
    """Sentences about everything of a service that is not compared."""
    columns = [
        f"{table.name}.{column}: {why}"
        for table in COMPARED[service]
        for column, why in table.left_out.items()
    ]
    return [*columns, *NOT_COMPARED[service], ENGINE]
