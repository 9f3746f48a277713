"""The story's layout."""

from __future__ import annotations

from datetime import UTC, datetime

from cli.demo.show import WIDTH, laid_out
from cli.demo.story import summary, words
from cli.demo.story.known import Known
from cli.demo.story.lines import Line
from jembatan.contracts.matching.offers import OfferPhase, OfferState


def test_long_lines_are_wrapped_under_themselves() -> None:
    text = laid_out(Line("word " * 60, "2025-06-03", depth=1))
    first, *others = text.splitlines()
    assert first.startswith("2025-06-03    word")
    assert others
    assert all(line.startswith(" " * 14 + "word") for line in others)
    assert max(map(len, text.splitlines())) <= WIDTH


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in laid_out(Line("a \x1b[2J b"))


def test_words() -> None:
    assert words.partnership("ID:CA-NB:ISIC4-Q:G2G:1") == (
        "Indonesia and New Brunswick, human health and social work activities, G2G"
    )
    assert (words.place("CA-XX"), words.place("XX")) == ("CA-XX", "XX")
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.listed("abcdefgh") == "a, b, c, d, e, f and 2 more"
    assert (words.count(1, "country", "countries"), words.count(2, "seat")) == ("1 country", "2 seats")


def test_the_end_names_who_holds_a_seat_and_not_who_gave_it_back() -> None:
    offer = OfferState(
        id="r:c-1",
        round="r",
        candidate="c-1",
        vacancy="v",
        partnership="ID:CA-NB:ISIC4-Q:G2G:1",
        phase=OfferPhase.ACCEPTED,
        extended_at=datetime(2026, 1, 1, tzinfo=UTC),
        answer_by=datetime(2026, 2, 1, tzinfo=UTC),
    )
    given_back = offer.model_copy(update={"id": "r:c-2", "candidate": "c-2", "phase": OfferPhase.DECLINED})
    known = Known(offers={one.id: one for one in (given_back, offer)})
    assert summary.seated(known) == {"v": ["c-1"]}
