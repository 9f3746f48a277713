"""`jembatan topics`: what topics an installation needs; makes or checks them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cli.exits import Exit, Failed
from cli.output import complain, put_json, put_line, put_table, table
from jembatan import topology
from jembatan.client.errors import reaching
from jembatan.contracts.own_topics import own_topics
from jembatan.contracts.registry import SERVICES
from jembatan.contracts.reporters import BadReporters, load_reporters
from jembatan.engine import topics
from jembatan.engine.topics import Difference, TopicsError
from jembatan.topology import TimeMode, Topic, TopologyError

DAY_MS = 86_400_000


def wanted(installation: str, time: TimeMode, reporters: Path | None) -> list[Topic]:
    """The topics of an installation, reporters' own among them; Failed says what is wrong."""
    try:
        listed = load_reporters(reporters).reporter if reporters else ()
        return topology.topics(topology.load(), installation, time, own_topics(listed, SERVICES))
    except (BadReporters, TopologyError) as error:
        raise Failed(Exit.BAD_INPUT, str(error)) from error


def show(topics: Sequence[Topic], *, as_json: bool) -> None:
    """Print what is wanted."""
    if as_json:
        for topic in topics:
            put_json(topic.model_dump())
        return
    shown = table("topic", "partitions", "replication", "kept", "time")
    for topic in topics:
        kept, time = _kept(topic), topic.config.get("message.timestamp.type", "-")
        shown.add_row(topic.name, str(topic.partitions), str(topic.replication), kept, time)
    put_table(shown)


async def apply(
    bootstrap: str, topics_wanted: Sequence[Topic], *, create: bool, check: bool, as_json: bool
) -> Exit:
    """Make the missing ones, then say where the others differ; NO if asked to check and one does."""
    try:
        with reaching(bootstrap):
            made = await topics.create(bootstrap, topics_wanted) if create else []
            found = await topics.check(bootstrap, topics_wanted)
    except TopicsError as error:
        raise Failed(Exit.NO, str(error)) from error
    _tell(made, found, len(topics_wanted), as_json=as_json)
    return Exit.NO if check and found else Exit.OK


def _tell(made: Sequence[str], found: Sequence[Difference], count: int, *, as_json: bool) -> None:
    if as_json:
        differences = [
            {"topic": d.topic, "what": d.what, "wanted": d.wanted, "found": d.found} for d in found
        ]
        put_json({"made": list(made), "differences": differences})
        return
    put_line(
        "\n".join((*(f"made {name}" for name in made), f"{count} topics wanted, {len(found)} differences."))
    )
    complain(map(str, found))


def _kept(topic: Topic) -> str:
    milliseconds = int(topic.config.get("retention.ms", "-1"))
    if "compact" in topic.config.get("cleanup.policy", ""):
        return "compacted"
    return "for ever" if milliseconds < 0 else f"{milliseconds // DAY_MS} days"
