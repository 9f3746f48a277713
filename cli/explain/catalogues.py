"""The catalogues of translations: `python -m cli.explain.catalogues --write` takes new texts into them.

A text that is new gets an empty translation, which a test refuses; one that is gone is dropped.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from cli.exits import Exit, Failed
from cli.explain.wording import Language, catalogue

KEYWORDS = {"tell": None, "word": None, "count": (2, 3)}
TRANSLATED = (Language.INDONESIAN, Language.FRENCH)


def template() -> Catalog:
    """Every text of this package, by where it stands."""
    found = Catalog(fuzzy=False)
    for name, line, text, _, _ in extract_from_dir(
        Path(__file__).parent, method_map=[("**.py", "python")], keywords=KEYWORDS
    ):
        found.add(text, locations=[(name, line)])
    return found


def translated(language: Language) -> Catalog:
    """A language's catalogue as its file has it."""
    with catalogue(language).open("rb") as source:
        return read_po(source, locale=language.value, abort_invalid=True)


def written(language: Language) -> None:
    """Take the texts as they are now into a language's file."""
    found = translated(language)
    found.update(template(), no_fuzzy_matching=True, update_creation_date=False)
    with catalogue(language).open("wb") as target:
        write_po(
            target,
            found,
            width=100,
            no_location=True,
            omit_header=False,
            ignore_obsolete=True,
            sort_output=True,
        )


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        raise Failed(Exit.BAD_INPUT, "Say --write.")
    for one in TRANSLATED:
        written(one)
