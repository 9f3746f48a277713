from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from jembatan import topology
from jembatan.engine.roles import identifier, literal, statements
from jembatan.engine.topics import Difference, differences
from jembatan.topology import Topic, TopologyError

PLAN = topology.load()
DAY = 86_400_000


def by_name(time: topology.TimeMode = "broker", extra: tuple[str, ...] = ()) -> dict[str, Topic]:
    return {topic.name: topic for topic in topology.topics(PLAN, "embedded", time, extra)}


def test_every_topic_of_the_installation() -> None:
    services = ("partners", "vacancies", "matching")
    plain = {f"{s}.{kind}" for s in services for kind in ("reports", "facts", "refusals")} | {
        "matching.public"
    }
    faust = {f"jembatan-{s}-{n}" for s in services for n in ("__assignor-__leader", "activity-changelog")}
    assert set(by_name()) == plain | faust


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("partners.reports", 30),
        ("vacancies.refusals", 30),
        ("matching.reports", 14),
        ("matching.refusals", 14),
    ],
)
def test_what_may_hold_personal_data_goes_in_time(name: str, days: int) -> None:
    config = by_name()[name].config
    assert config["retention.ms"] == str(days * DAY)
    assert int(config["segment.ms"]) <= DAY, "a segment open for long would keep its records past their time"
    assert config["cleanup.policy"] == "delete"


@pytest.mark.parametrize("name", ["partners.facts", "vacancies.facts", "matching.facts", "matching.public"])
def test_facts_stay_for_ever(name: str) -> None:
    config = by_name()[name].config
    assert (config["retention.ms"], config["retention.bytes"], config["cleanup.policy"]) == (
        "-1",
        "-1",
        "delete",
    )


def test_one_number_of_partitions_for_all_inputs_and_outputs() -> None:
    found = {t.partitions for t in by_name().values() if not t.name.endswith("__leader")}
    assert found == {PLAN.installation("embedded").partitions} == {4}
    assert by_name()["jembatan-partners-__assignor-__leader"].partitions == 1
    assert {t.partitions for t in topology.topics(PLAN, "compose", "broker") if "." in t.name} == {12}


def test_the_broker_stamps_records_but_simulated_reports() -> None:
    plain = [t for t in by_name().values() if not t.name.startswith("jembatan-")]
    assert {t.config["message.timestamp.type"] for t in plain} == {"LogAppendTime"}
    simulated = by_name("simulated", ("matching.reports.id-kp2mi",))
    for topic in (t for t in simulated.values() if not t.name.startswith("jembatan-")):
        stamp = "CreateTime" if ".reports" in topic.name else "LogAppendTime"
        assert topic.config["message.timestamp.type"] == stamp
        assert topic.config["retention.ms"] == "-1", "an example's dates are long past"
    reports = simulated["matching.reports.id-kp2mi"].config
    assert (
        reports["message.timestamp.before.max.ms"]
        == reports["message.timestamp.after.max.ms"]
        == str(2**63 - 1)
    )


def test_a_reporters_own_topic_is_like_its_services_reports() -> None:
    found = by_name(extra=("matching.reports.id-kp2mi", "matching.reports.id-kp2mi"))
    assert found["matching.reports.id-kp2mi"].config == found["matching.reports"].config


@pytest.mark.parametrize(
    "name",
    [
        "payroll.reports.x",
        "matching.facts.x",
        "matching.reports.",
        "matching.reports.a/b",
        "matching.reports",
    ],
)
def test_other_extra_topics_are_refused_by_name(name: str) -> None:
    with pytest.raises(TopologyError, match="not a reporter's topic") as caught:
        by_name(extra=("matching.reports.good", name))
    assert repr(name) in str(caught.value)
    assert "good" not in str(caught.value)


def test_a_lanes_producer_is_never_forgotten_by_the_broker() -> None:
    for name in PLAN.installations:
        settings = PLAN.broker_settings(name)
        assert settings["producer.id.expiration.ms"] == "2147483647"
        assert settings["auto.create.topics.enable"] == "false"
        assert settings["unclean.leader.election.enable"] == "false"


def test_unknown_installation_and_service_name_what_there_is() -> None:
    with pytest.raises(TopologyError, match="compose, embedded"):
        topology.topics(PLAN, "cloud", "broker")
    with pytest.raises(TopologyError, match="partners, vacancies, matching"):
        topology.service_topics(PLAN, "embedded", "broker", "payroll")


def test_a_bad_file_names_every_fault(tmp_path: Path) -> None:
    path = tmp_path / "topology.toml"
    path.write_text(
        "[installations.embedded]\npartitions = 0\nreplication = 1\nmin_insync_replicas = 2\nspeed = 9\n"
    )
    with pytest.raises(TopologyError) as caught:
        topology.load(path)
    for fault in (
        "installations.embedded.partitions",
        "installations.embedded.speed",
        "services",
        "database",
    ):
        assert fault in str(caught.value)
    path.write_text("[[")
    with pytest.raises(TopologyError, match="not TOML"):
        topology.load(path)
    with pytest.raises(TopologyError, match="cannot read"):
        topology.load(tmp_path / "none.toml")


def test_more_copies_in_sync_than_copies_is_refused() -> None:
    with pytest.raises(ValidationError, match="no record could ever be written"):
        type(PLAN.installation("embedded"))(partitions=1, replication=1, min_insync_replicas=2)


def test_differences_name_partitions_and_settings_but_not_the_order_of_lists() -> None:
    topic = Topic(
        name="t", partitions=4, replication=1, config={"cleanup.policy": "compact,delete", "a": "1"}
    )
    assert differences(topic, (4, 1), {"cleanup.policy": "delete,compact", "a": "1", "b": "2"}) == []
    assert differences(topic, (3, 1), {"cleanup.policy": "delete", "a": "1"}) == [
        Difference("t", "partitions", "4", "3"),
        Difference("t", "cleanup.policy", "compact,delete", "delete"),
    ]


def test_names_and_strings_cannot_break_out_of_a_statement() -> None:
    assert identifier('a"b') == '"a""b"'
    assert literal("a'b") == "'a''b'"


def test_a_role_without_a_password_cannot_log_in() -> None:
    found = statements("db", topology.roles(PLAN), {"jembatan_partners": "x"}, {"jembatan_partners"})
    assert any(s.startswith("ALTER ROLE \"jembatan_partners\" LOGIN PASSWORD 'x'") for s in found)
    assert any(s.startswith('CREATE ROLE "jembatan_partners_owner" NOLOGIN') for s in found)
