"""`jembatan verify`: checks a result file against its market file, with no server and no fast code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cli.exits import Exit, Failed
from cli.output import put_json, put_line, say
from services.matching.market import BadFile, Market, documented, read_result
from services.matching.verifying import Check, Verdict, verify

Read = TypeVar("Read")
LONG = 20_000


def verify_files(market_path: Path, result_path: Path, as_json: bool) -> int:
    """Check a `jembatan.result/1` file against a `jembatan.market/1` file, and say what came of it.

    The exit code: 0 verified; 1 the result is not the right one, with the first difference. A file that
    cannot be read, or is no market or no result, ends in `Failed` with code 2 and every fault of both.
    """
    (document, market), result = _both(market_path, result_path)
    if len(market.candidates) > LONG:
        say(f"Computing the round of {len(market.candidates)} candidates anew; this takes a while.")
    verdict = verify(document, market, result)
    if as_json:
        put_verdict_json(market.round_id, verdict)
    else:
        _put_text(market, verdict)
    return Exit.OK if verdict.difference is None else Exit.NO


def _both(market_path: Path, result_path: Path) -> tuple[tuple[dict[str, object], Market], dict[str, object]]:
    faults: list[str] = []
    market = _read(market_path, documented, faults)
    result = _read(result_path, read_result, faults)
    if market is None or result is None:
        raise Failed(Exit.BAD_INPUT, *faults)
    return market, result


def _read(path: Path, reader: Callable[[bytes], Read], faults: list[str]) -> Read | None:
    try:
        return reader(path.read_bytes())
    except OSError as error:
        faults.append(f"{path}: cannot be read: {error.strerror}")
    except BadFile as error:
        faults.extend(f"{path}: {fault}" for fault in error.faults)
    return None


def _put_text(market: Market, verdict: Verdict) -> None:
    put_line(f"Round {market.round_id}: {len(market.candidates)} candidates, snapshot {market.snapshot}")
    put_verdict(verdict)


def put_verdict(verdict: Verdict) -> None:
    """Each check, each note, and whether all holds, for people."""
    for check in verdict.checks:
        put_line(f"  {check.name:12} {check.difference or 'right'}")
    for note in verdict.notes:
        put_line(f"Note: {note}")
    put_line("Verified." if verdict.difference is None else f"NOT verified: {verdict.difference}.")


def put_verdict_json(round_id: str, verdict: Verdict) -> None:
    """The same for programs."""
    put_json(
        {
            "round_id": round_id,
            "verified": verdict.difference is None,
            "difference": verdict.difference,
            "checks": [_check(check) for check in verdict.checks],
            "notes": list(verdict.notes),
        }
    )


def _check(check: Check) -> dict[str, object]:
    return {"check": check.name, "passed": check.difference is None, "difference": check.difference}
