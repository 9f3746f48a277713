"""Whatever is reported in whatever order: what holds of partners after every step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from jembatan.contracts.deciding import Decided
from jembatan.contracts.model import FactData
from jembatan.contracts.partners import Phase
from services.partners.domain.capping import crosses, in_period
from services.partners.domain.standing import settled
from tests.unit.partners.made import CAP, LIST, LOI, MOU, ORDER, PROPOSED, START, Desk

SCHEMES = ("G2G", "G2P", "P2P")
KINDS = st.sampled_from(("LOI", "MOU", "EPA"))
DAYS = st.integers(-20, 60)
SPAN = st.tuples(st.none() | DAYS, st.none() | DAYS)
NUMBERS = st.integers(1, 3)
AT = st.sampled_from(SCHEMES)


def date(days: int) -> str:
    return (START + timedelta(days=days)).date().isoformat()


class Partners(RuleBasedStateMachine):
    """Reports on three keys and their caps, deadlines, and time that goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.folded: dict[tuple[str, str], object] = {}

    @initialize(opened=st.sets(AT))
    def some_are_open(self, opened: set[str]) -> None:
        self.send("safeguards.published", LIST | {"published_on": "2019-01-01"}, "WHO-SSL:2019")
        for scheme in sorted(opened):
            node = f"ID:CA-NB:ISIC4-Q:{scheme}"
            self.send("partnership.proposed", PROPOSED | {"scheme": scheme}, node)
            self.send("instrument.signed", MOU | {"expires_on": date(30)}, f"{node}:1")
            cap = {"scope": CAP["scope"] | {"scheme": scheme}, "max": 5, "period_end": date(20)}
            self.send("cap.set", cap, f"{node}:1")
            self.send("opening.requested", {}, f"{node}:1")
            assert self.desk.state(f"{node}:1").phase is Phase.OPEN

    def send(self, name: str, data: dict[str, Any], subject: str) -> None:
        self.desk.report(name, data, subject)
        self._fold()

    def _fold(self) -> None:
        if isinstance(self.desk.outcome, Decided):
            for fact in self.desk.outcome.facts:
                self._fold_one(fact.type.partition(".")[0], fact.subject, fact.data)

    def _fold_one(self, noun: str, subject: str, data: FactData) -> None:
        """A subscriber's view: the last state; what is said to have changed is what differs."""
        after = data.state  # type: ignore[attr-defined]
        before = self.folded.get((noun, subject))
        if before is not None:
            differ = {
                name for name in type(after).model_fields if getattr(before, name) != getattr(after, name)
            }
            assert differ == set(data.changed)  # type: ignore[attr-defined]
            assert differ, f"a fact of {subject} that changes nothing"
        self.folded[(noun, subject)] = after

    @rule(scheme=AT, lapses=st.none() | DAYS)
    def propose(self, scheme: str, lapses: int | None) -> None:
        data = PROPOSED | {"scheme": scheme, "lapses_on": None if lapses is None else date(lapses)}
        self.send("partnership.proposed", data, f"ID:CA-NB:ISIC4-Q:{scheme}")

    @rule(scheme=AT, number=NUMBERS, kind=KINDS, start=DAYS, length=st.none() | st.integers(-1, 30))
    def sign(self, scheme: str, number: int, kind: str, start: int, length: int | None) -> None:
        base = LOI if kind == "LOI" else MOU | {"kind": kind}
        end = None if length is None else date(start + length)
        data = base | {"effective_on": date(start), "expires_on": end}
        self.send("instrument.signed", data, f"ID:CA-NB:ISIC4-Q:{scheme}:{number}")

    @rule(scheme=AT, number=NUMBERS, level=st.integers(1, 5), span=SPAN, most=st.none() | st.integers(0, 9))
    def cap(
        self, scheme: str, number: int, level: int, span: tuple[int | None, int | None], most: int | None
    ) -> None:
        whole = CAP["scope"] | {"scheme": scheme, "number": number}
        scope = dict(list(whole.items())[:level])
        start, end = (None if day is None else date(day) for day in span)
        period = {"period_start": start, "period_end": end}
        node = ":".join(str(part) for part in scope.values())
        self.send("cap.set", {"scope": scope, "max": most, **period}, node)

    @rule(kind=st.sampled_from(("sector", "scheme")), value=AT)
    def crossing_cap(self, kind: str, value: str) -> None:
        node, scope = ("any:any:any:" + value, {"scheme": value})
        if kind == "sector":
            node, scope = "any:any:ISIC4-Q", {"sector": "ISIC4-Q"}
        self.send("cap.set", {"scope": scope, "max": 1}, node)

    @rule(scheme=AT, number=NUMBERS, name=st.sampled_from(("opening.requested", "suspension.lifted")))
    def simple(self, scheme: str, number: int, name: str) -> None:
        self.send(name, {}, f"ID:CA-NB:ISIC4-Q:{scheme}:{number}")

    @rule(scheme=AT, number=NUMBERS, reason=st.sampled_from(("A", "B")))
    def suspend(self, scheme: str, number: int, reason: str) -> None:
        self.send("suspension.ordered", ORDER | {"reason": reason}, f"ID:CA-NB:ISIC4-Q:{scheme}:{number}")

    @rule(scheme=AT, number=NUMBERS)
    def close(self, scheme: str, number: int) -> None:
        self.send("closure.ordered", {"reason": "END"}, f"ID:CA-NB:ISIC4-Q:{scheme}:{number}")

    @rule(year=st.integers(2020, 2024), listed=st.booleans())
    def publish(self, year: int, listed: bool) -> None:
        data = {"published_on": f"{year}-01-01", "countries": ["BD", "ID"] if listed else ["BD"]}
        self.send("safeguards.published", data, f"WHO-SSL:{year}")

    @rule(days=st.integers(1, 15), early=st.integers(0, 14))
    def time_goes_on(self, days: int, early: int) -> None:
        """The clock moves; the watermark follows some days behind, so that deadlines come late."""
        now = self.desk.at + timedelta(days=days)
        while (due := self.desk.due()) is not None and due[0] < now - timedelta(days=early):
            self.desk.deadline(due[1], due[2], due[0])
            self._fold()
            assert self.desk.due() != due
        self.desk.at = now

    @invariant()
    def one_live_partnership_a_key(self) -> None:
        live = [one.key for one in self.desk.world.partnerships.values() if not one.phase.ended]
        assert len(live) == len(set(live))

    @invariant()
    def numbers_follow_each_other(self) -> None:
        for key in {one.key for one in self.desk.world.partnerships.values()}:
            numbers = sorted(one.number for one in self.desk.world.partnerships.values() if one.key == key)
            assert numbers == list(range(1, len(numbers) + 1))

    @invariant()
    def the_facts_give_the_same_states(self) -> None:
        world = self.desk.world
        states = {("partnership", one): state for one, state in world.partnerships.items()}
        caps = {("cap", one): state for one, state in world.caps.items()}
        lists = {key: state for key, state in self.folded.items() if key[0] == "safeguards"}
        assert self.folded == {**states, **caps, **lists}
        assert world.safeguards is None or world.safeguards in lists.values()

    @invariant()
    def caps_are_a_tree(self) -> None:
        caps = list(self.desk.world.caps.values())
        for cap in caps:
            for other in caps:
                if cap.id < other.id and _same_day(cap, other):
                    assert cap.node != other.node
                    assert not crosses(cap.scope, other.scope)

    @invariant()
    def a_suspension_has_grounds(self) -> None:
        for one in self.desk.world.partnerships.values():
            assert (one.phase is Phase.SUSPENDED) == bool(one.grounds)
            assert one.suspended_for == (one.grounds[0].reason if one.grounds else None)

    @invariant()
    def what_the_watermark_has_passed_is_settled(self) -> None:
        if (due := self.desk.due()) is None or due[0] > self.desk.at:
            schemes = self.desk.domain._schemes
            for one in self.desk.world.partnerships.values():
                assert settled(one, self.desk.at, schemes) == one


def _same_day(cap: Any, other: Any) -> bool:  # noqa: ANN401
    return any(
        in_period(cap, at) and in_period(other, at)
        for at in (START + timedelta(days=number) for number in range(-30, 100, 1))
    )


TestPartners = Partners.TestCase
TestPartners.settings = settings(max_examples=50, stateful_step_count=40, deadline=None)
