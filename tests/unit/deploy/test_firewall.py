"""What an engine put into the packet filter goes when it goes."""

from __future__ import annotations

from tests.compose.firewall import rules

FILTER = "# saved\n*filter\n:INPUT ACCEPT [0:0]\n:MINE - [0:0]\n-A INPUT -j MINE\nCOMMIT\n"


def test_a_table_that_was_there_comes_back_and_the_other_is_emptied() -> None:
    text = rules(FILTER)
    assert text.startswith(FILTER)
    assert text.count("COMMIT") == 2 and "*nat\n:PREROUTING ACCEPT [0:0]" in text


def test_where_nothing_was_all_is_emptied() -> None:
    text = rules("")
    assert text.startswith("*filter\n:INPUT ACCEPT") and "*nat" in text and text.endswith("COMMIT\n")
