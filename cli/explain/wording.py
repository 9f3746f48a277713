"""Sentences in a language: gettext catalogues, and values as the language writes them (Unicode CLDR)."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

from cli.exits import Exit, Failed
from cli.explain.messages import Message, Value
from cli.explain.vocabulary import VOCABULARY
from cli.output import safe

CATALOGUES = Path(__file__).with_name("locale")
DAY = "d MMMM y"
INSTANT = f"{DAY}, HH:mm 'UTC'"


class Language(StrEnum):
    """The languages that explanations come in."""

    INDONESIAN = "id"
    ENGLISH = "en"
    FRENCH = "fr"


def catalogue(language: Language) -> Path:
    """The file of a language's translations; English has none, since the texts are English."""
    return CATALOGUES / f"{language}.po"


@dataclass(frozen=True)
class Tongue:
    """A language that sentences are said in."""

    language: Language

    def say(self, message: Message) -> str:
        """The sentence with its values."""
        return self._text(message).format_map(self._values(message.values))

    def word(self, text: str) -> str:
        return str(_translations(self.language).gettext(text))

    def _text(self, message: Message) -> str:
        known = _translations(self.language)
        if message.many is None:
            return str(known.gettext(message.text))
        return str(known.ngettext(message.text, message.many, message.number))

    def _values(self, values: Mapping[str, Value]) -> dict[str, str]:
        return {name: self._value(name, value) for name, value in values.items()}

    def _value(self, name: str, value: Value) -> str:
        if name in FORMATS:
            return FORMATS[name](value, Locale(self.language))
        if name in VOCABULARY:
            return self.word(VOCABULARY[name].get(str(value), str(value)))
        return _plain(value, Locale(self.language))


def tongue(code: str) -> Tongue:
    """A language by its code; Failed if it is none of these."""
    if code not in set(Language):
        known = ", ".join(Language)
        raise Failed(Exit.BAD_INPUT, f"There are no explanations in {safe(code)!r}; there are: {known}.")
    return Tongue(Language(code))


@cache
def _translations(language: Language) -> Translations:
    if language is Language.ENGLISH:
        return Translations()
    with catalogue(language).open("rb") as source:
        found = read_po(source, locale=language.value, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, found)
    compiled.seek(0)
    return Translations(compiled)


def _plain(value: Value, locale: Locale) -> str:
    if isinstance(value, tuple):
        return format_list([safe(one) for one in value], locale=locale)
    return format_decimal(value, locale=locale) if isinstance(value, int) else safe(value)


def _day(value: Value, locale: Locale) -> str:
    day = date.fromisoformat(str(value))
    return format_date(day, _written(DAY, day, locale), locale)


def _instant(value: Value, locale: Locale) -> str:
    at = datetime.fromisoformat(str(value)).astimezone(UTC)
    return format_datetime(at, _written(INSTANT, at, locale), locale=locale)


def _written(pattern: str, day: date, locale: Locale) -> str:
    """A pattern of CLDR; in French the first of a month is an ordinal."""
    return pattern.replace("d", "d'er'", 1) if (locale.language, day.day) == ("fr", 1) else pattern


def _country(value: Value, locale: Locale) -> str:
    return str(locale.territories.get(str(value), value))


def _countries(value: Value, locale: Locale) -> str:
    return _any_of([_country(code, locale) for code in _many(value)], locale)


def _languages(value: Value, locale: Locale) -> str:
    return _any_of([locale.languages.get(code, code) for code in _many(value)], locale)


def _alternatives(value: Value, locale: Locale) -> str:
    return _any_of(_many(value), locale)


def _any_of(names: list[str], locale: Locale) -> str:
    return format_list(names, style="or", locale=locale)


def _many(value: Value) -> list[str]:
    return [safe(one) for one in value] if isinstance(value, tuple) else [safe(str(value))]


FORMATS: Mapping[str, Callable[[Value, Locale], str]] = {
    **dict.fromkeys(("day", "until", "ended", "taken_on"), _day),
    **dict.fromkeys(("signed_on", "departed_on", "arrived_on", "ended_on", "returned_on"), _day),
    **dict.fromkeys(("at", "since", "ended_at", "closes_at", "first_at", "answer_by"), _instant),
    **dict.fromkeys(("country", "own_country"), _country),
    **dict.fromkeys(("occupations", "schemes"), _alternatives),
    "countries": _countries,
    "languages": _languages,
}
"""How a value is written, by its name; others are text, numbers or lists as they are."""
