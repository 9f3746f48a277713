"""The runs: the protocol as built, which must hold, and the mutants, each of which must be caught."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.model.deadlines import Budget as TimeBudget
from tests.model.deadlines import Deadlines
from tests.model.setting import Setting
from tests.model.state import Append, Budget, Fact, Report, Row

S, T, U = Append(0, "S"), Append(1, "T"), Append(0, "U")
BOTH_LANES = ((Report("a", (S, T)),), (Report("c", (T, S)),))
THREE_REPORTS = ((Report("a", (S,)), Report("b", (S,))), (Report("c", (S,)),))
THREE_ON_BOTH_LANES = ((Report("a", (S, T)), Report("b", (S,))), (Report("c", (S,)),))
SAME_ID_TWICE = ((Report("a", (S,)), Report("b", (S,))), (Report("a", (S,)),))
OTHER_SUBJECTS = ((Report("a", (S,)),), (Report("c", (U,)),))
OTHER_FIRST = ((Report("a", (S,)), Report("c", (S,))), (Report("b", (S,)), Report("c", (S,))))
ONE_REPORT = ((Report("a", (S,)),), ())
UNREADABLE = ((Report("a", (S,), has_id=False),), ())
PUBLISHED_BEFORE = (Row(1, Fact("a", "S", 1)), Row(2, Fact("c", "S", 2)))
DECIDED = tuple(Row(n, Fact(f"r{n}", "S", n)) for n in (1, 2, 3))
NO_REPORTS: tuple[tuple[Report, ...], ...] = ((), ())


@dataclass(frozen=True)
class Mutant:
    """A safeguard taken out (with those that would cover for it), and the violation that must show."""

    setting: Setting | Deadlines
    violation: str


def _run(name: str, inputs: tuple[tuple[Report, ...], ...], **more: object) -> Setting:
    return replace(Setting(name, inputs, Budget()), **more)  # type: ignore[arg-type]


def _publishing(name: str, budget: Budget, **more: object) -> Setting:
    return _run(name, NO_REPORTS, decided=DECIDED, budget=budget, **more)


SMALL = (
    _run("one_transaction_many_lanes", BOTH_LANES, lanes=2, published=(), budget=Budget(0, 3, 1, 1)),
    _run("reports_to_log", THREE_REPORTS, budget=Budget(2, 2, 1, 0)),
    _run("reports_to_log_killed", THREE_REPORTS, budget=Budget(1, 3, 0, 1)),
    _run("both_lanes_published", BOTH_LANES, lanes=2, published=(0, 1), budget=Budget(2, 2)),
    _run("same_id_in_two_partitions", SAME_ID_TWICE, published=(), budget=Budget(0, 4, 1, 1)),
    _run("unreadable_report", UNREADABLE, published=(), budget=Budget(0, 3, 1, 1)),
    _publishing("lane_taken_thrice", Budget(3, 0, 1, 0, 0, 1), ends_read_apart=True),
    _publishing("batch_expires", Budget(3, 0, 0, 0, 1, 0), ends_read_apart=True),
    _publishing("two_requests_in_flight", Budget(3, 0, 1), depth=2),
    _publishing("kafka_loses_its_tail", Budget(2, 0, 1, truncations=1)),
    _run("postgresql_goes_back", OTHER_FIRST, forgotten=PUBLISHED_BEFORE, budget=Budget(2, 2)),
)

DEADLINES = (
    Deadlines("clocks_differ", TimeBudget(2, 1, 1)),
    Deadlines("two_reports", TimeBudget(2, 0, 1), reports=("a", "b")),
)

FULL = {
    "40": _run(
        "crash_and_killed_transaction", BOTH_LANES, lanes=2, published=(0, 1), budget=Budget(2, 3, 1, 1)
    ),
    "41": _run("two_requests_in_flight", THREE_REPORTS, depth=2, budget=Budget(3, 3, 1, 1)),
    "42": _run("both_lanes_published", THREE_ON_BOTH_LANES, lanes=2, published=(0, 1), budget=Budget(2, 3)),
    "43": _run("same_id_in_two_partitions", SAME_ID_TWICE, budget=Budget(1, 4, 1, 1)),
    "44": _run("batch_expires", THREE_REPORTS, depth=2, budget=Budget(3, 2, 0, 0, 1)),
    "45": _run("lane_taken_thrice", THREE_REPORTS, budget=Budget(3, 4, 1, 1)),
    "46": _run("ends_read_apart", THREE_REPORTS, ends_read_apart=True, budget=Budget(3, 2)),
    "47": _run("request_lost", THREE_REPORTS, ends_read_apart=True, budget=Budget(3, 2, 1, 0, 0, 1)),
}


def _without(setting: Setting, violation: str, *safeguards: str) -> Mutant:
    off = replace(setting.safe, **dict.fromkeys(safeguards, False))
    return Mutant(replace(setting, safe=off), violation)


def _deciding(name: str, inputs: tuple[tuple[Report, ...], ...]) -> Setting:
    return _run(name, inputs, published=(), budget=Budget(0, 3, 1, 1))


MUTANTS: tuple[Mutant, ...] = (
    _without(
        _deciding("places_without_the_lock", OTHER_SUBJECTS), "PLACES_NOT_IN_COMMIT_ORDER", "lane_locked"
    ),
    _without(
        _run("places_from_a_sequence", THREE_REPORTS, budget=Budget(1, 3, 0, 1)),
        "GAP",
        "lane_locked",
        "rows_dense",
    ),
    _without(_deciding("position_without_compare", UNREADABLE), "DECIDED_TWICE", "position_compared"),
    _without(_deciding("no_seen_ids", SAME_ID_TWICE), "DECIDED_TWICE", "ids_known"),
    _without(
        _run("publish_before_commit", ONE_REPORT, budget=Budget(1, 2, 0, 1)),
        "NEVER_DECIDED",
        "publish_after_commit",
    ),
    _without(_deciding("seen_ids_read_before_locks", SAME_ID_TWICE), "DECIDED_TWICE", "ids_claimed"),
    _without(
        _run("subject_not_locked", THREE_REPORTS, budget=Budget(1, 2)),
        "SUBJECT_OUT_OF_ORDER",
        "subject_locked",
    ),
    _without(_publishing("fresh_producer_id", Budget(2)), "REPEAT", "lane_owns_producer_id"),
    _without(_publishing("first_record_not_alone", Budget(2), depth=2), "GAP", "first_record_alone"),
    _without(_publishing("expired_batch_unnoticed", Budget(2, expiries=1)), "STALLED", "first_record_alone"),
    _without(
        _publishing("prune_before_acknowledgement", Budget(2, losses=1)), "LOST", "prune_acknowledged_only"
    ),
    _without(
        _publishing("retake_without_epoch", Budget(3), ends_read_apart=True),
        "FALSE_HALT_TOPIC_LOST",
        "retake_raises_epoch",
    ),
    _without(
        _publishing("ack_mark_without_epoch", Budget(2), ends_read_apart=True),
        "FALSE_HALT_TOPIC_LOST",
        "mark_compares_epoch",
    ),
    _without(
        _publishing("halt_without_epoch", Budget(2), ends_read_apart=True),
        "FALSE_HALT_TOPIC_LOST",
        "halt_compares_epoch",
    ),
    _without(
        _run("postgres_read_before_kafka_end", THREE_REPORTS, ends_read_apart=True, budget=Budget(2, 2)),
        "FALSE_HALT_TOPIC_AHEAD",
        "kafka_read_first",
    ),
    _without(
        _publishing("rows_not_dense", Budget(2)),
        "REPEAT",
        "rows_dense",
        "sequence_is_place",
        "answer_offset_checked",
    ),
    _without(
        _run("ends_not_compared", OTHER_FIRST, forgotten=PUBLISHED_BEFORE, budget=Budget(2, 2)),
        "SILENT",
        "ends_compared",
    ),
    _without(
        _run("only_the_last_id_compared", OTHER_FIRST, forgotten=PUBLISHED_BEFORE, budget=Budget(2, 2)),
        "SILENT",
        "tail_compared",
    ),
    _without(
        _publishing("answer_unchecked_after_a_loss", Budget(2, truncations=1)),
        "SILENT",
        "answer_offset_checked",
    ),
)


IN_TIME, TAKEN = "IN_TIME_MET_A_CLOSED_DEADLINE", "LATE_AND_TAKEN"
OUT_OF_TIME = (
    Mutant(Deadlines("watermark_ignored", TimeBudget(2, 0, 1), by_watermark=False), IN_TIME),
    Mutant(Deadlines("idle_partition_left_out", TimeBudget(2, 0, 1), least_of_all=False), IN_TIME),
    Mutant(Deadlines("time_not_raised", TimeBudget(2, 1, 1), time_raised=False), IN_TIME),
    Mutant(Deadlines("deadline_reached_is_enough", TimeBudget(2, 0, 1), strictly_past=False), IN_TIME),
    Mutant(Deadlines("lateness_by_closing", TimeBudget(2, 0, 1), at_compared=False), TAKEN),
)

# Safeguards that overlap: with one of them gone the others still hold the line. Kept, since each other one
# rests on something outside the model (that a broker keeps its producer state, that no row goes by hand).
COVERED = (
    _without(_publishing("rows_not_dense", Budget(2)), "", "rows_dense"),
    _without(_publishing("sequence_counted", Budget(2)), "", "sequence_is_place"),
    _without(_publishing("answer_offset_unchecked", Budget(2)), "", "answer_offset_checked"),
    _without(_publishing("first_record_not_alone_at_depth_one", Budget(3)), "", "first_record_alone"),
    _without(_deciding("position_without_compare_ids_claimed", THREE_REPORTS), "", "position_compared"),
)
