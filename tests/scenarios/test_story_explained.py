"""The first round explained: to who is matched, who is not, and who is not eligible, in three languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.scenarios.playing import PARTNERSHIP, Played
from tests.scenarios.playing import jembatan as run
from tests.scenarios.rules import reasons
from tests.unit.cli.commands import jembatan

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(500)]
FIRST = "kp2mi-2025-1"
LANGUAGES = ("id", "en", "fr")
MATCHED = {"id": "Anda mendapatkan", "en": "You were matched to", "fr": "Vous avez obtenu"}
SOURCE = {"id": "Sumber: ", "en": "Source: ", "fr": "Source : "}
MORE = {"id": "Dengan tambahan {} poin", "en": "{} more point", "fr": "Avec {} point"}


def explained(story: Played, name: str, language: str) -> tuple[dict[str, Any], str]:
    """The first round's explanation for programs, and all its sentences."""
    where = ("--kafka", story.kafka, "--postgres", story.postgres, "--round", FIRST, "--language", language)
    ran = jembatan("explain", name, *where, "--json")
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found, "\n".join(sentences(found))


def sentences(found: dict[str, Any]) -> Iterator[str]:
    yield from found["text"]
    for part in (*found.get("places", ()), *found.get("reasons", ())):
        yield from part["would_change"]
        yield from sentences(part)


def results(story: Played, name: str) -> list[dict[str, Any]]:
    return sorted(
        (fact.state for fact in story.named(name) if fact.state["round"] == FIRST),
        key=lambda state: str(state["candidate"]),
    )


def nobody_else_is_in(text: str, candidate: str, found: dict[str, Any]) -> None:
    assert set(re.findall(r"reg-[a-z]-\d+", text)) <= {candidate}
    assert set(re.findall(r"r-[0-9a-f]{32}", text)) <= {found.get("reference")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_matched_is_told_to_which_place(story: Played, language: str) -> None:
    match = next(one for one in results(story, "match.made") if one["passed_over"])
    found, text = explained(story, match["candidate"], language)
    assert found["outcome"].startswith("matched") and found["public"] is True
    assert f"{MATCHED[language]} {match['vacancy']}" in text
    given = {place["vacancy"]: place["result"] for place in found["places"]}
    assert given[match["vacancy"]] == "matched"
    assert [name for name, result in given.items() if result == "passed_over"] == [
        one["vacancy"] for one in match["passed_over"]
    ]
    nobody_else_is_in(text + json.dumps(found), match["candidate"], found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_not_matched_is_told_what_was_full_and_how_many_points_were_missing(
    story: Played, language: str
) -> None:
    (published,) = [fact for fact in story.named("round.published") if fact.subject == FIRST]
    last = published.event["data"]["cutoffs"][PARTNERSHIP]
    match = next(
        one
        for one in results(story, "match.missed")
        if PARTNERSHIP in {passed["node"] for passed in one["passed_over"]}
    )
    found, text = explained(story, match["candidate"], language)
    assert found["outcome"] == "no_seat"
    assert PARTNERSHIP in text and str(last["score"]) in text
    assert MORE[language].format(last["score"] - found["score"] + 1) in text
    assert all(place["text"] for place in found["places"])
    nobody_else_is_in(text + json.dumps(found), match["candidate"], found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_not_eligible_is_told_every_rule_with_its_source(story: Played, language: str) -> None:
    match = next(one for one in results(story, "match.missed") if not one["eligible"])
    name = match["candidate"]
    (evidence,) = [
        report["data"]["evidence"]
        for report in story.reports
        if report["subject"] == name and "candidate.registered" in report["type"]
    ]
    found, text = explained(story, name, language)
    assert found["outcome"] == "not_eligible"
    for place in found["places"]:
        assert {one["code"] for one in place["reasons"]} == reasons(evidence, place["vacancy"])
        assert all(SOURCE[language] in " ".join(one["text"]) for one in place["reasons"])
        assert all(one["values"] for one in place["reasons"])
    assert SOURCE[language] in text
    nobody_else_is_in(text + json.dumps(found), name, found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_was_turned_down_before_is_told_so(story: Played, language: str) -> None:
    (delisted, *_) = [f for f in story.named("candidate.delisted") if f.event["data"]["reason"] == "REJECTED"]
    found, text = explained(story, delisted.subject, language)
    assert (found["outcome"], found["places"]) == ("not_in_round", [])
    assert "2025" in text.splitlines()[1]


def test_a_vacancy_has_its_cut_off_and_how_its_seats_went(story: Played) -> None:
    matched = [one for one in results(story, "match.made") if one["vacancy"] == "nb-hospitals-rn-1"]
    where = ("--kafka", story.kafka, "--postgres", story.postgres, "--json")
    ran = jembatan("explain", "nb-hospitals-rn-1", "--vacancy", *where)
    found = {one["round"]: one for one in map(json.loads, ran.out.splitlines())}[FIRST]
    assert (found["outcome"], found["node"]) == ("full", "nb-hospitals-rn-1")
    listed = [fact.event["data"] for fact in story.named("round.result_listed") if fact.subject == FIRST]
    (cutoff,) = [one for part in listed for name, one in part["cutoffs"].items() if name == found["node"]]
    assert found["cutoff"] == {part: cutoff[part] for part in ("tier", "score", "ticket")}
    assert f"{len(matched)} candidates were matched here." in found["text"]
    nobody_else_is_in(ran.out, "", {})


def test_the_command_as_a_user_gives_it_finds_its_platform_and_says_what_it_does_not_know(
    story: Played,
) -> None:
    match = results(story, "match.made")[0]
    told = run("explain", match["candidate"], "--language", "id", "--folder", str(story.folder))
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith(f"{match['candidate']}, putaran {FIRST}\n  Putaran {FIRST} ditutup pada")
    assert f"{MATCHED['id']} {match['vacancy']}" in told.stdout
    nobody_else_is_in(told.stdout, match["candidate"], explained(story, match["candidate"], "id")[0])
    unknown = run("explain", "reg-h-9999", "--folder", str(story.folder))
    assert unknown.returncode == 1
    assert "There is no candidate and no vacancy reg-h-9999." in unknown.stderr


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_was_placed_is_told_every_step_and_what_stands_on_record(story: Played, language: str) -> None:
    started = next(fact for fact in story.named("placement.started") if fact.state["round"] == FIRST)
    found, text = explained(story, started.state["candidate"], language)
    assert (found["offer"], found["placement"]) == ("accepted", "started")
    year = started.state["arrived_on"][:4]
    assert sum(year in sentence for sentence in found["text"]) >= 3
    nobody_else_is_in(text + json.dumps(found), started.state["candidate"], found)
