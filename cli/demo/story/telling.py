"""From events to the story's lines, in the order of their times. Pure.

Nothing here knows what was sent: only facts and refusals that were read are told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby

from cli.demo.story import partners, results, rounds, vacancies, words
from cli.demo.story.crowds import CROWDS
from cli.demo.story.known import Known
from cli.demo.story.lines import Line, Tone
from jembatan.client import Event
from jembatan.contracts.refusal import Refusal

One = Callable[[Event, Known], list[Line]]
MANY = 20
"""So many facts or refusals of one type and day are told one by one."""

SILENT = ("match.made", "match.missed", "round.market_listed", "round.result_listed")
"""Told with the round's publication."""

ONES: dict[str, One] = {
    "partnership.registered": partners.registered,
    "partnership.instrument_signed": partners.signed,
    "partnership.changed": partners.changed,
    "partnership.opened": partners.opened,
    "partnership.suspended": partners.stopped,
    "partnership.closed": partners.stopped,
    "partnership.lapsed": partners.stopped,
    "partnership.resumed": partners.resumed,
    "cap.changed": partners.capped,
    "safeguards.adopted": partners.safeguarded,
    "vacancy.pending": vacancies.pending,
    "vacancy.posted": vacancies.posted,
    "vacancy.rejected": vacancies.rejected,
    "vacancy.filled": vacancies.filled,
    "round.opened": rounds.opened,
    "round.committed": rounds.committed,
    "round.frozen": rounds.frozen,
    "round.revealed": rounds.revealed,
    "round.drawn": rounds.drawn,
    "round.defaulted": rounds.defaulted,
    "round.aborted": rounds.aborted,
    "round.published": results.published,
    "round.settled": rounds.settled,
}
AFTER_ALL = "vacancy.filled"
RANKS = {
    name: rank
    for rank, name in enumerate((*SILENT, *(name for name in ONES if name != AFTER_ALL), *CROWDS, AFTER_ALL))
}
_FIRST = ("match.made", "match.missed")
_LAST = ("usage.changed", "round.settled")


def tell(events: Iterable[Event], known: Known) -> list[Line]:
    """The story of these events; `known` learns them on the way."""
    lines: list[Line] = []
    for (_, name), found in groupby(
        sorted(events, key=_order), key=lambda one: (words.day(one.at), one.name)
    ):
        lines += _group(name, list(found), known)
    return lines


def _order(event: Event) -> tuple[str, int, float, int, str, int]:
    """By time, and at the same time by type; but a day begins with its matches and ends with usage."""
    day = words.day(event.at)
    if event.name in _FIRST:
        return (day, 0, 0, RANKS[event.name], event.subject, 0)
    if event.name in _LAST:
        return (day, 2, 0, RANKS[event.name], event.subject, event.sequence)
    rank = RANKS.get(event.name, len(RANKS))
    return (day, 1, event.at.timestamp(), rank, event.subject, event.sequence)


def _group(name: str, found: list[Event], known: Known) -> list[Line]:
    lines = CROWDS[name](words.day(found[0].at), found) if name in CROWDS else []
    shown = found if name not in CROWDS else []
    for event in found:
        if event in shown[:MANY]:
            lines += _one(event, known)
        known.learn(event)
    if len(shown) > MANY and name not in SILENT:
        lines.append(Line(f"… and {len(shown) - MANY} more of this kind.", words.day(found[0].at)))
    return lines


def _one(event: Event, known: Known) -> list[Line]:
    if isinstance(event.data, Refusal):
        return _refused(event, event.data)
    if event.name in SILENT:
        return []
    if event.name in ONES:
        return ONES[event.name](event, known)
    if event.name.startswith("vacancy."):
        return vacancies.other(event)
    return [Line(f"{event.name} {event.subject}", words.day(event.at))]


def _refused(event: Event, refusal: Refusal) -> list[Line]:
    report = refusal.report
    what = (report.type or "a report").removeprefix("org.jembatan.report.").rpartition(".v")[0]
    text = f"REFUSED: {what} {report.subject or ''} by {report.source or 'unknown'}:"
    return [Line(text, words.day(event.at), Tone.NO), *vacancies.reasons(refusal.reasons)]
