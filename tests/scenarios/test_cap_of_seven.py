"""The cap stands in one place of the example: a copy with 7 ends with exactly 7 seats held."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.scenarios.playing import NEW_BRUNSWICK, PARTNERSHIP, Played, played

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(500)]
CAP = 7


@pytest.fixture(scope="module")
def seven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("seven")
    shutil.copytree(NEW_BRUNSWICK, folder / "copy")
    file = folder / "copy" / "03-cap.jsonl"
    text = file.read_text()
    assert text.count("150") == 1
    file.write_text(text.replace("150", str(CAP)))
    with played(folder / "copy", folder / "data") as found:
        yield found


def test_exactly_seven_seats_are_held_at_the_end(seven: Played) -> None:
    ends = {name: facts[-1].name for name, facts in seven.offers().items()}
    assert Counter(ends.values()) == {"offer.accepted": CAP, "offer.declined": 1, "offer.lapsed": 1}
    last = seven.about("usage", f"{PARTNERSHIP}.2025-06-03")[-1].state
    assert (last["cap"], last["held"], last["remaining"]) == (CAP, CAP, 0)
    assert len(seven.named("placement.started")) == CAP


def test_never_more_than_seven(seven: Played) -> None:
    assert max(f.state["held"] for f in seven.about("usage", f"{PARTNERSHIP}.2025-06-03")) == CAP
    made = [fact for fact in seven.named("match.made") if fact.state["round"] == "kp2mi-2025-1"]
    assert len(made) == CAP
    assert all(fact.noun != "offer" or fact.state["partnership"] == PARTNERSHIP for fact in seven.facts)
    assert "The cap of 7 seats" in " ".join(seven.output.split())
