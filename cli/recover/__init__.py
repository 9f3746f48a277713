"""`jembatan recover SERVICE`: brings a database restored from a backup up to its topics."""

from __future__ import annotations

from cli.exits import Exit
from cli.output import put_json, put_line, safe, say
from cli.recover.running import Recovery, addressed
from cli.recover.told import Told
from cli.service import settings_of_environment

__all__ = ["recover"]

ALWAYS_UNTOLD = (
    "whether these led to more than what is published",
    "under which id a report came that is no longer kept: should it come again, it is decided anew",
)
UNTOLD = {
    "partners": "",
    "vacancies": "",
    "matching": "evidence and private reasons are in no fact: what of them came with a report that was not "
    "decided again has to be reported anew (candidate.amended), and a round whose pages were folded keeps "
    "no entries, so it has to be aborted if it is not published",
}


async def recover(kafka: str, postgres: str, service: str, *, dry_run: bool, as_json: bool) -> Exit:
    """Recover and tell; NO if something could not be decided again and was folded, or is gone."""
    settings = addressed(settings_of_environment(), kafka, postgres)
    told = await Recovery(kafka, postgres, settings, service, say, dry_run).run()
    if as_json:
        put_json(as_object(service, told, dry_run=dry_run))
    else:
        put_line("\n".join(lines(service, told, dry_run=dry_run)))
    return Exit.NO if told.folded or told.lost else Exit.OK


def lines(service: str, told: Told, *, dry_run: bool) -> list[str]:
    """For a person."""
    if not told.decided and not told.folded:
        return [f"The database of {service} is as new as its topics; there is nothing to recover."]
    return [*_gone(told), *_folded(service, told), *_decided(service, told, dry_run)]


def _gone(told: Told) -> list[str]:
    return [f"✗ {safe(one)}" for one in told.lost]


def _folded(service: str, told: Told) -> list[str]:
    found = [
        line
        for title, facts in told.folded.items()
        for line in (f"✗ {safe(title)}: not decided again as it was; folded in as published:", *_each(facts))
    ]
    if not found:
        return []
    untold = [*ALWAYS_UNTOLD, *filter(None, [UNTOLD[service]])]
    return [*found, "What facts cannot tell:", *(f"  {one}" for one in untold)]


def _each(facts: list[str]) -> list[str]:
    return [f"    {safe(one)}" for one in facts]


def _decided(service: str, told: Told, dry_run: bool) -> list[str]:
    anew = sum(told.anew.values())
    done = "would be" if dry_run else "are"
    found = [
        f"{told.decided} causes {done} decided again: {told.same} facts and refusals are as published, "
        f"{told.facts_folded} {done} folded in.",
    ]
    if anew:
        where = ", ".join(f"{count} of {topic}" for topic, count in sorted(told.anew.items()) if count)
        found.append(f"{where} had been decided and not published, or not decided; they are published now.")
    then = "Nothing was changed." if dry_run else f"Run `jembatan doctor`, then start {service}."
    return [*found, then]


def as_object(service: str, told: Told, *, dry_run: bool) -> dict[str, object]:
    """For programs."""
    return {
        "service": service,
        "dry_run": dry_run,
        "decided_again": told.decided,
        "as_published": told.same,
        "anew": {topic: count for topic, count in sorted(told.anew.items()) if count},
        "folded": told.folded,
        "lost": told.lost,
    }
