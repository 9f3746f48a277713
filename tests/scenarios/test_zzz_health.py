"""After everything: doctor finds the story's platform healthy, then each kind of damage by name."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from confluent_kafka import Producer

from cli.doctor.kinds import Kind
from cli.exits import Exit
from tests.scenarios.playing import PARTNERSHIP, Played
from tests.support.kafka import STRUCTURED, Headers, Message, dump
from tests.support.platform import query
from tests.unit.cli.commands import Ran, jembatan

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(500)]
ROUND = "kp2mi-2025-1"
HEADERS: Headers = [("content-type", STRUCTURED.encode())]
Wanted = dict[Kind, tuple[str, ...]]


def doctor(story: Played, *more: str) -> Ran:
    return jembatan("doctor", "--kafka", story.kafka, "--postgres", story.postgres, *more)


def test_a_healthy_platform_is_found_healthy(story: Played) -> None:
    ran = doctor(story)
    assert ran.code == Exit.OK, ran.out
    assert "Every promise that can be checked here is kept (matching, partners, vacancies" in ran.out
    assert "Time is simulated" in ran.out
    assert "matching: facts, refusals and reports" in ran.err


@pytest.mark.parametrize(("service", "facts", "rows"), [("partners", 10, 4), ("vacancies", 15, 6)])
def test_what_facts_say_is_what_is_there(story: Played, service: str, facts: int, rows: int) -> None:
    ran = replay(story, service, "--json")
    told = json.loads(ran.out)
    assert ran.code == Exit.OK and told["same"], told
    assert told["facts"] > facts and told["rows"] > rows


def test_all_of_matching_follows_from_facts_but_what_is_private(story: Played) -> None:
    ran = replay(story, "matching")
    assert ran.code == Exit.OK, ran.out
    assert "all is as the facts say." in ran.out and "candidate.evidence: private" in ran.out


def replay(story: Played, service: str, *more: str) -> Ran:
    return jembatan("replay", service, "--kafka", story.kafka, "--postgres", story.postgres, *more)


def test_every_kind_of_damage_is_found_by_name(story: Played) -> None:
    topics = in_topics(story)
    assert set(topics) == set(IN_TOPICS)
    wanted = {**in_rows(story), **topics}
    ran = doctor(story, "--json")
    assert ran.code == Exit.NO
    found: dict[str, Any] = json.loads(ran.out)
    assert not found["healthy"] and found["simulated"]
    for kind, places in wanted.items():
        mine = [one for one in found["findings"] if one["kind"] == kind.name]
        text = "\n".join(f"{one['service']} {one['where']}: {one['what']}" for one in mine)
        assert mine, f"{kind.name} was not found among {sorted({one['kind'] for one in found['findings']})}"
        assert all(place in text for place in places), (kind.name, places, text)
        assert all(one["do"] and one["meaning"] for one in mine)
    assert {one["kind"] for one in found["findings"]} == {kind.name for kind in wanted}


def test_what_is_broken_is_told_to_a_person_with_what_to_do(story: Played) -> None:
    text = doctor(story).out
    assert "✗ matching  SEAT_BEYOND_CAP" in text and "    → " in text
    assert "findings in" in text


def test_rows_that_no_fact_tells_of_are_found_by_replay(story: Played) -> None:
    ran = replay(story, "matching", "--json")
    assert ran.code == Exit.NO
    told = json.loads(ran.out)
    named = {f"{one['table']} {one['key']}": one for one in told["named"]}
    usage = named[f"usage {PARTNERSHIP}.2025-06-03"]
    assert usage["fields"] == {"state.held": {"live": 149, "facts": 147}}
    assert "no fact tells of it" in named[f"seat {ROUND}:nobody"]["what"]
    assert "there is no such row" in named["vacancy nb-homes-lpn-1"]["what"]
    found = {"candidate": 1, "vacancy": 2, "usage": 1, "offer": 1, "seat": 2, "tally": 1}
    assert told["differences"] == found
    assert schemas(story) == []


def test_what_was_folded_can_be_kept(story: Played) -> None:
    assert replay(story, "vacancies", "--keep").code == Exit.NO
    assert schemas(story) == ["replay_vacancies"]
    said = "SELECT state->>'host_agency' AS agency FROM replay_vacancies.partnership WHERE id = $1"
    assert query(story.postgres, said, PARTNERSHIP)[0]["agency"] != "Someone"


def schemas(story: Played) -> list[str]:
    rows = query(story.postgres, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'replay%'")
    return [row["nspname"] for row in rows]


def in_rows(story: Played) -> Wanted:
    """Damage in PostgreSQL: SQL statements, and where each kind is to be found."""
    return asyncio.run(_in_rows(story.postgres))


async def _in_rows(dsn: str) -> Wanted:
    connection = await asyncpg.connect(dsn)
    try:
        for sql in DAMAGE:
            done = await connection.execute(sql)
            assert not done.endswith(" 0"), sql
    finally:
        await connection.close()
    return IN_ROWS


FIRST = "(SELECT id FROM matching.offer WHERE live AND phase = 'accepted' ORDER BY id LIMIT 1)"
DAMAGE = (
    # An outbox row that is gone, one with another id, and a head that is raised without one.
    "DELETE FROM vacancies.outbox WHERE topic = 'vacancies.facts' AND place = 1",
    "UPDATE partners.outbox SET id = gen_random_uuid() WHERE topic = 'partners.facts' AND place = 2",
    "UPDATE partners.outbox SET value = value || ' ' WHERE topic = 'partners.facts' AND place = 1",
    # The publishers of these lanes must not meet it before doctor does: what is below the end is not read.
    "UPDATE vacancies.lane_mark SET acknowledged = 10000 WHERE topic = 'vacancies.facts' AND partition = 0",
    "UPDATE vacancies.lane SET halted = 'TOPIC_AHEAD: by hand' WHERE partition = 1",
    "UPDATE vacancies.lane SET cluster_id = 'elsewhere' WHERE partition = 2",
    "UPDATE vacancies.lane SET producer_id = (SELECT producer_id FROM vacancies.lane WHERE partition = 0) "
    "WHERE partition = 3",
    f"UPDATE partners.numbered SET sequence = 99 WHERE subject = '{PARTNERSHIP}'",
    "UPDATE partners.position SET next_offset = 5000 WHERE topic = 'partners.reports' AND partition = 0",
    "UPDATE vacancies.position SET last_checksum = last_checksum + 1 "
    "WHERE topic = 'vacancies.reports' AND last_checksum IS NOT NULL",
    "DELETE FROM matching.position WHERE topic = 'vacancies.facts' AND partition = 3",
    # Seats, offers, caps.
    f"INSERT INTO matching.seat VALUES ('{ROUND}', 'nobody', 'nb-hospitals-rn-1', '{PARTNERSHIP}', true)",
    f"UPDATE matching.seat SET held = false WHERE round_id || ':' || candidate = {FIRST}",
    f"UPDATE matching.tally SET held = held - 1 WHERE round_id = '{ROUND}'",
    "UPDATE matching.usage SET state = state || '{\"held\": 149}' WHERE id LIKE 'ID:CA-NB%'",
    "DROP INDEX matching.offer_one_live",
    # Its vacancy, below, is withdrawn.
    "INSERT INTO matching.offer (id, round_id, candidate, lane, phase, answer_by, state, live) "
    "SELECT 'x:' || candidate, 'x', candidate, lane, phase, answer_by, "
    'state || \'{"vacancy": "never-told"}\', true '
    f"FROM matching.offer WHERE id = {FIRST}",
    'UPDATE matching.candidate SET state = state || \'{"phase": "delisted", "delisted_for": "WITHDRAWN"}\' '
    f"WHERE id = (SELECT candidate FROM matching.offer WHERE id = {FIRST})",
    "DROP INDEX matching.round_candidate_one_round",
    "INSERT INTO matching.round_candidate "
    "SELECT r, 'twice', 'r-' || r, '{}', 0, '{}', true FROM unnest(ARRAY['a', 'b']) AS r",
    # Copies.
    'UPDATE vacancies.partnership SET state = state || \'{"host_agency": "Someone"}\' '
    f"WHERE id = '{PARTNERSHIP}'",
    "DELETE FROM matching.vacancy WHERE id = 'nb-homes-lpn-1'",
    "INSERT INTO matching.vacancy SELECT 'never-told', partnership, state || '{\"phase\": \"withdrawn\"}' "
    "FROM matching.vacancy LIMIT 1",
    "UPDATE matching.heard SET sequence = 50 WHERE noun = 'partnership' AND subject LIKE 'ID:CA-NS:%'",
    # Rights.
    "GRANT SELECT ON partners.partnership TO jembatan_matching",
    "GRANT USAGE ON SCHEMA vacancies TO PUBLIC",
    "ALTER ROLE jembatan_partners CREATEDB",
    "REVOKE INSERT ON matching.seat FROM jembatan_matching",
    "ALTER ROLE jembatan_vacancies_owner RENAME TO someone_else",
)
IN_ROWS: Wanted = {
    Kind.OUTBOX_ROW_MISSING: ("vacancies.facts/", ", place 1: its row is gone"),
    Kind.OTHER_RECORD: ("place 2:", "decided is", "place 1:", "with other content"),
    Kind.TOPIC_LOST: ("vacancies.facts/0: Kafka has", "acknowledged 10000"),
    Kind.HALTED: ("lane 1: TOPIC_AHEAD: by hand",),
    Kind.OTHER_CLUSTER: ("lane 2: it was published to elsewhere",),
    Kind.SHARED_PRODUCER: ("lane 3: lane 0 has producer id",),
    Kind.NUMBER_DIFFERS: (f"partners.facts partnership {PARTNERSHIP}: PostgreSQL has numbered 99",),
    Kind.POSITION_BEYOND_END: ("partners.reports/0: decided are 5000 records",),
    Kind.POSITION_OTHER_RECORD: ("vacancies.reports/",),
    Kind.POSITION_MISSING: ("matching vacancies.facts/3",),
    Kind.TALLY_DIFFERS: (f"round {ROUND}, {PARTNERSHIP}",),
    Kind.SEAT_WITHOUT_OFFER: (f"seat {ROUND}:nobody",),
    Kind.OFFER_WITHOUT_SEAT: (f"offer {ROUND}:reg-h-", "it is accepted"),
    Kind.SEAT_BEYOND_CAP: (f"round {ROUND}, node {PARTNERSHIP}: it took 151 seats, left were 150",),
    Kind.USAGE_DIFFERS: (f"cap {PARTNERSHIP}.2025-06-03", "told was 149 of 150"),
    Kind.TWO_LIVE_OFFERS: ("candidate reg-h-", "x:reg-h-"),
    Kind.IN_TWO_ROUNDS: ("candidate twice: a, b",),
    Kind.OFFER_OUTLIVED: (
        "offer x:reg-h-",
        "it is accepted, and over is vacancy never-told",
        "has left (WITHDRAWN)",
    ),
    Kind.COPY_DIFFERS: (f"vacancies.partnership {PARTNERSHIP}",),
    Kind.COPY_MISSING: ("matching.vacancy nb-homes-lpn-1",),
    Kind.COPY_UNKNOWN: ("matching.vacancy never-told",),
    Kind.HEARD_AHEAD: ("matching.partnership ID:CA-NS:", "fact 50"),
    Kind.FOREIGN_RIGHT: ("table partners.partnership: jembatan_matching has SELECT",),
    Kind.PUBLIC_RIGHT: ("schema vacancies: PUBLIC has USAGE",),
    Kind.ROLE_TOO_MIGHTY: ("partners jembatan_partners",),
    Kind.RIGHT_MISSING: ("table matching.seat: jembatan_matching lacks INSERT",),
    Kind.ROLE_MISSING: ("vacancies jembatan_vacancies_owner: it does not exist",),
}


IN_TOPICS = (
    Kind.TOPIC_AHEAD, Kind.PERSONAL_FIELD, Kind.CANDIDATE_IN_PUBLIC, Kind.SEQUENCE_BROKEN,
    Kind.ANSWERED_TWICE, Kind.TOPIC_GAP, Kind.NOT_A_FACT,
)  # fmt: skip


def in_topics(story: Played) -> Wanted:
    """Damage in Kafka: records that are not ours."""
    refusal = next(m for m in dump(story.kafka, ["partners.refusals"]) if "causetopic" in m.event)
    candidate = next(f for f in story.facts if f.noun == "candidate")
    opened = next(f for f in story.facts if f.name == "round.opened")
    send(story.kafka, [(candidate.message, with_evidence), (opened.message, naming("reg-h-0007"))])
    send(story.kafka, [(refusal, anew)], transactional=True)
    send(story.kafka, [(refusal, lambda _: b"\xff")])
    return {
        Kind.TOPIC_AHEAD: (
            f"{candidate.message.topic}/{candidate.message.partition}", "matching.public/",
            f"partners.refusals/{refusal.partition}",
        ),
        Kind.PERSONAL_FIELD: (f"{candidate.subject} carries `birth_date`",),
        Kind.CANDIDATE_IN_PUBLIC: ("names the candidate reg-h-0007",),
        Kind.SEQUENCE_BROKEN: (f"candidate {candidate.subject} has number {candidate.sequence} after",),
        Kind.ANSWERED_TWICE: (f"{refusal.event['causetopic']}/{refusal.event['causepartition']}/",),
        Kind.TOPIC_GAP: (f"partners.refusals/{refusal.partition}",),
        Kind.NOT_A_FACT: (f"partners.refusals/{refusal.partition}",),
    }  # fmt: skip


Change = Callable[[dict[str, Any]], bytes]


def send(kafka: str, records: list[tuple[Message, Change]], *, transactional: bool = False) -> None:
    """Write changed records where the first ones lie, as someone who has no business there."""
    named = {"transactional.id": f"stranger-{uuid.uuid4()}"} if transactional else {}
    producer = Producer({"bootstrap.servers": kafka, "acks": "all", "log_level": 0, **named})
    if transactional:
        producer.init_transactions(30)
        producer.begin_transaction()
    for message, change in records:
        value = change(message.event)
        producer.produce(message.topic, value, message.key, partition=message.partition, headers=HEADERS)
    if transactional:
        producer.commit_transaction(30)
    assert producer.flush(30) == 0


def with_evidence(event: dict[str, Any]) -> bytes:
    event["data"]["state"]["birth_date"] = "1990-01-01"
    return anew(event)


def naming(candidate: str) -> Change:
    def change(event: dict[str, Any]) -> bytes:
        return anew(event | {"data": event["data"] | {"explanation": f"for {candidate}."}})

    return change


def anew(event: dict[str, Any]) -> bytes:
    return json.dumps(event | {"id": str(uuid.uuid4())}).encode()
