"""Facts that come by the hundred, told by their number. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from cli.demo.story import placements, vacancies, words
from cli.demo.story.lines import Line, Tone
from jembatan.client import Event
from jembatan.contracts.matching.offers import OfferState

FEW = 4


def registered(day: str, events: Sequence[Event]) -> list[Line]:
    origins = Counter(event.data.state.origin for event in events)
    where = words.listed(words.place(origin) for origin in sorted(origins))
    return [Line(f"{_people(events)} from {where} registered, with their evidence.", day)]


def rostered(day: str, events: Sequence[Event]) -> list[Line]:
    """Who is verified, and who is rostered anew after an employer's cancellation."""
    first = [event for event in events if "phase" in event.data.changed]
    again = [event for event in events if event not in first]
    return [*(_verified(day, first) if first else []), *(_again(event, day) for event in again[:FEW])]


def _again(event: Event, day: str) -> Line:
    ends = words.day(event.data.state.roster.ends_at)
    text = f"{event.subject} is ROSTERED ANEW, for a fresh year: until {ends}."
    return Line(text, day, Tone.GOOD)


def _verified(day: str, events: Sequence[Event]) -> list[Line]:
    ends = max(event.data.state.roster.ends_at for event in events)
    programmes = sorted({event.data.state.roster.programme for event in events})
    text = f"{_people(events)} verified, in the roster of {words.listed(programmes)} until {words.day(ends)}."
    return [Line(text, day, Tone.GOOD)]


def confirmed(day: str, events: Sequence[Event]) -> list[Line]:
    firsts = Counter(event.data.state.preferences[0] for event in events if event.data.state.preferences)
    named = words.listed(f"{vacancy} ({number})" for vacancy, number in sorted(firsts.items()))
    return [Line(f"{_people(events)} confirmed their preferences. First choices: {named}.", day)]


def delisted(day: str, events: Sequence[Event]) -> list[Line]:
    """By reason: who, if they are few."""
    people: dict[str, list[str]] = defaultdict(list)
    for event in events:
        people[event.data.reason.value.replace("_", " ").lower()].append(event.subject)
    return [
        Line(f"{_who(names)} left the roster: {reason}.", day, Tone.NO)
        for reason, names in sorted(people.items())
    ]


def _who(names: Sequence[str]) -> str:
    return words.listed(names) if len(names) <= FEW else words.count(len(names), "candidate")


def changed(day: str, events: Sequence[Event]) -> list[Line]:
    return [Line(f"The evidence of {_people(events)} changed.", day)]


def selected(day: str, events: Sequence[Event]) -> list[Line]:
    where = Counter(event.data.vacancy for event in events)
    aside = "The outcomes and their reasons stand in no fact; in the market they are tiers, under references."
    return [
        *(Line(f"{vacancy}: its employer has selected among {words.count(number, 'candidate')}.", day)
          for vacancy, number in sorted(where.items())),
        Line(aside, tone=Tone.ASIDE, depth=1),
    ]  # fmt: skip


def extended(day: str, events: Sequence[Event]) -> list[Line]:
    until = max(event.data.state.answer_by for event in events)
    offers = words.count(len(events), "offer")
    text = f"{offers} extended, each holding a seat, to be answered by {words.day(until)}."
    return [Line(text, day, Tone.GOOD)]


def accepted(day: str, events: Sequence[Event]) -> list[Line]:
    return [Line(f"{words.count(len(events), 'offer')} ACCEPTED.", day, Tone.GOOD), *_named(events)]


def declined(day: str, events: Sequence[Event]) -> list[Line]:
    return [*_each(day, events, "DECLINED"), *_seats(events)]


def lapsed(day: str, events: Sequence[Event]) -> list[Line]:
    return [*_each(day, events, "did not answer: the offer LAPSED"), *_seats(events)]


def withdrawn(day: str, events: Sequence[Event]) -> list[Line]:
    return [*_each(day, events, "has no offer any more"), *_seats(events)]


def usage(day: str, events: Sequence[Event]) -> list[Line]:
    """Only the last of a day of each cap is told."""
    last = {event.subject: event.data.state for event in events}
    lines = []
    for state in last.values():
        most = ", without a cap" if state.cap is None else f" of {state.cap}"
        over = " OVER_CAP: nothing is revoked." if state.over_cap else ""
        if state.held:
            lines.append(Line(f"Seats held under {state.node}: {state.held}{most}.{over}", day))
    return lines


Teller = Callable[[str, Sequence[Event]], list[Line]]
CROWDS: dict[str, Teller] = {
    "placement.contracted": placements.contracted,
    "placement.clearance_granted": placements.granted,
    "placement.clearance_refused": placements.refused,
    "placement.cleared": placements.cleared,
    "placement.departed": placements.departed,
    "placement.started": placements.started,
    "placement.ended": placements.ended,
    "placement.returned": placements.returned,
    "candidate.registered": registered,
    "candidate.rostered": rostered,
    "candidate.preferences_confirmed": confirmed,
    "candidate.delisted": delisted,
    "candidate.changed": changed,
    "candidate.selection_recorded": selected,
    "offer.extended": extended,
    "offer.accepted": accepted,
    "offer.declined": declined,
    "offer.lapsed": lapsed,
    "offer.withdrawn": withdrawn,
    "vacancy.changed": vacancies.changed,
    "usage.changed": usage,
}
"""How many facts of one type and day are told."""


def _people(events: Iterable[Event]) -> str:
    return words.count(len({event.subject for event in events}), "candidate")


def _named(events: Sequence[Event]) -> list[Line]:
    by_vacancy: dict[str, int] = defaultdict(int)
    for event in events:
        by_vacancy[event.data.state.vacancy] += 1
    named = words.listed((f"{vacancy}: {number}" for vacancy, number in sorted(by_vacancy.items())), 8)
    return [Line(named, depth=1)]


def _each(day: str, events: Sequence[Event], what: str) -> list[Line]:
    lines = []
    for event in events[:FEW]:
        offer: OfferState = event.data.state
        why = f" ({offer.reason})" if offer.reason else ""
        lines.append(Line(f"{offer.candidate} {what}{why}: {offer.vacancy}.", day, Tone.NO))
    if len(events) > FEW:
        lines.append(Line(f"… and {len(events) - FEW} more {what}.", day, Tone.NO))
    return lines


def _seats(events: Sequence[Event]) -> list[Line]:
    given = "The seat is given back" if len(events) == 1 else f"{len(events)} seats are given back"
    return [Line(f"{given}, and waits for a later round.", depth=1)]
