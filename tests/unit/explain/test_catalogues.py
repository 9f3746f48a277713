"""The catalogues hold every text, once, translated, with the same values; words are there for every code."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Message as Entry

from cli.explain import vocabulary
from cli.explain.catalogues import TRANSLATED, template, translated
from cli.explain.wording import Language
from jembatan.codes.clb import Skill
from jembatan.contracts.matching.placement_values import EndedFor
from jembatan.contracts.vacancies.values import Phase
from services.matching.domain import ending, leaving
from tests.support.platform import ROOT
from tests.unit.matching.persons import PROGRAMMES

MATCHING = ROOT / "services" / "matching"


def texts(entry: Entry) -> tuple[str, ...]:
    return (entry.id,) if isinstance(entry.id, str) else tuple(entry.id)


def sayings(entry: Entry) -> tuple[str, ...]:
    return (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())


def named(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_and_nothing_else(language: Language) -> None:
    """After a change of texts: `python -m cli.explain.catalogues --write`, then translate what is empty."""
    wanted = {texts(entry) for entry in template() if entry.id}
    found = {texts(entry): entry for entry in translated(language) if entry.id}
    assert found.keys() == wanted
    assert [key for key, entry in found.items() if not all(sayings(entry)) or entry.fuzzy] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_name_the_same_values(language: Language) -> None:
    catalogue = translated(language)
    for entry in catalogue:
        if entry.id:
            assert {frozenset(named(one)) for one in sayings(entry)} == {
                frozenset(named(one)) for one in texts(entry)
            }
            plural = not isinstance(entry.id, str)
            assert len(sayings(entry)) == (catalogue.num_plurals if plural else 1)


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_the_english_text(language: Language) -> None:
    assert [entry.id for entry in translated(language) if entry.id and entry.id == entry.string] == []


def test_languages_are_the_three_and_english_is_the_texts_own() -> None:
    assert {*Language} == {*TRANSLATED, Language.ENGLISH} == {"id", "en", "fr"}


def test_there_are_words_for_every_skill_state_and_document_of_the_programmes() -> None:
    assert vocabulary.SKILLS.keys() == {*Skill}
    assert vocabulary.VACANCY_STATES.keys() == {*Phase}
    asked = {rule.kind for one in PROGRAMMES.values() for rule in one.eligibility.documents}
    assert asked <= vocabulary.DOCUMENTS.keys()


def test_there_are_words_for_every_reason_that_ends_an_offer_or_a_placement() -> None:
    assert {*leaving.CANCELLED.values(), *ending.LEFT.values()} <= {*EndedFor}
    assert vocabulary.ENDS.keys() == {*EndedFor, *ending.WHY.values()}


def test_there_are_words_for_every_reason_of_an_abort() -> None:
    found = {code for path in MATCHING.rglob("*.py") for code in aborts(ast.parse(path.read_text("utf-8")))}
    assert {"COMMITMENT_MISSING", "SECRET_MISSING", "NO_PARTNERSHIP_OPEN"} <= found
    assert found <= vocabulary.ABORTS.keys()


def aborts(tree: ast.AST) -> Iterator[str]:
    """Codes in calls of `aborted`, `Unfit` and the like."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and called(call) in ("aborted", "Unfit", "_defaulted"):
            yield from (
                one.value
                for one in call.args
                if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value.isupper()
            )


def called(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))
