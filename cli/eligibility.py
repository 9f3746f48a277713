"""Why a candidate was not eligible for a vacancy: kept in the schema of `matching`, never in a fact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from pydantic import TypeAdapter

from jembatan.contracts.refusal import Reason

MOST = 20
ENTRIES = """
SELECT round_id, candidate, preferences, score, reasons, vacancy FROM matching.round_candidate
WHERE candidate = ANY($1) ORDER BY candidate, round_id
"""
_REASONS: TypeAdapter[dict[str, tuple[Reason, ...]]] = TypeAdapter(dict[str, tuple[Reason, ...]])


@dataclass(frozen=True, slots=True)
class Entry:
    """A candidate in a round: eligible preferences, the score, the reasons against each other vacancy."""

    round_id: str
    candidate: str
    eligible: tuple[str, ...]
    score: int
    vacancy: str | None
    reasons: dict[str, tuple[Reason, ...]]

    def lines(self) -> list[str]:
        """For a person."""
        got = f"matched to {self.vacancy}" if self.vacancy else "not matched (yet)"
        eligible = ", ".join(self.eligible) or "no vacancy"
        head = (
            f"{self.candidate} in round {self.round_id}: score {self.score}, eligible for {eligible}, {got}"
        )
        return [head, *(line for name, found in self.reasons.items() for line in _against(name, found))]

    def as_object(self) -> dict[str, Any]:
        """For programs."""
        reasons = {name: [one.model_dump() for one in found] for name, found in self.reasons.items()}
        return {
            "round": self.round_id,
            "candidate": self.candidate,
            "eligible": list(self.eligible),
            "score": self.score,
            "vacancy": self.vacancy,
            "reasons": reasons,
        }


def _against(vacancy: str, found: Sequence[Reason]) -> list[str]:
    return [f"  not eligible for {vacancy}: {one.code}  {one.detail}" for one in found]


async def entries(dsn: str, candidates: Sequence[str]) -> list[Entry] | str:
    """The candidates' entries in rounds, or a sentence why they cannot be read."""
    try:
        connection = await asyncpg.connect(dsn, timeout=10, command_timeout=10)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return f"PostgreSQL does not answer ({type(error).__name__}: {error})."
    try:
        return [_entry(row) for row in await connection.fetch(ENTRIES, list(candidates))]
    except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError) as error:
        return f"The schema of matching cannot be read ({error})."
    finally:
        await connection.close(timeout=10)


def _entry(row: asyncpg.Record) -> Entry:
    return Entry(
        row["round_id"], row["candidate"], tuple(row["preferences"]), row["score"], row["vacancy"],
        _REASONS.validate_json(row["reasons"]),
    )  # fmt: skip
