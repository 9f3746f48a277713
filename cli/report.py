"""`jembatan report`: checks and sends files of reports, and tells what they became."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cli.answers import GRACE, Answers, Cause, Waiting, answering, output_topics
from cli.exits import Exit, Failed
from cli.lines import as_json, reasons, title
from cli.output import put_json, put_line, safe, say
from cli.reports_file import HEADERS, Fault, Line, read_lines, reused
from jembatan.client import Cluster, Place, Publisher, Sent, cluster, ends, is_simulated
from jembatan.contracts.refusal import Refusal
from jembatan.contracts.writing import Encoded

STDIN = "-"
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Sending:
    """How reports are to be sent.

    `wait`: seconds for the answers, None not to ask for them; `one_by_one`: the next one only then.
    `tick`: in simulated time, the instant to move on to afterwards.
    """

    bootstrap: str
    own_topic: str | None = None
    wait: float | None = None
    one_by_one: bool = False
    tick: datetime | None = None
    as_json: bool = False


def checked(files: Sequence[Path]) -> list[Line]:
    """The reports of all files, in order; Failed names every fault of every line."""
    lines: list[Line] = []
    faults: list[Fault] = []
    for file in files:
        found, wrong = read_lines(_name(file), _text(file))
        lines += found
        faults += wrong
    faults += reused(lines)
    if faults:
        raise Failed(Exit.BAD_INPUT, *(safe(str(fault)) for fault in faults))
    return lines


def _name(file: Path) -> str:
    return "stdin" if str(file) == STDIN else str(file)


def _text(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == STDIN else file.read_bytes()
    except OSError as error:
        raise Failed(Exit.BAD_INPUT, f"{file}: cannot be read: {error.strerror}.") from error


async def deliver(lines: Sequence[Line], how: Sending) -> Exit:
    """Send the reports and tell of each; the exit code says whether any was refused or not answered."""
    known = await cluster(how.bootstrap)
    for topic in {topic_of(line, how) for line in lines}:
        known.count(topic)
    await _timed(lines, how)
    starts = await _starts(known, lines, how)
    async with Publisher(how.bootstrap, "") as publisher:
        if how.wait is None:
            _tell_sent(lines, await _send(publisher, lines, how), how)
            code = Exit.OK
        else:
            async with answering(how.bootstrap, starts) as waiting:
                code = await _send_and_wait(publisher, lines, how, waiting)
        if how.tick is not None:
            await publisher.tick(how.tick)
    return code


async def _send_and_wait(publisher: Publisher, lines: Sequence[Line], how: Sending, waiting: Waiting) -> Exit:
    size, grace = (1, 0.0) if how.one_by_one else (AT_ONCE, GRACE)
    codes = [Exit.OK]
    for first in range(0, len(lines), size):
        part = lines[first : first + size]
        sent = await _send(publisher, part, how)
        causes = [(one.topic, one.partition, one.offset) for one in sent]
        await waiting.until(causes, how.wait or 0.0, grace)
        for line, one, cause in zip(part, sent, causes, strict=True):
            _tell(line, one, cause, waiting.answers, how)
        codes.append(verdict(causes, waiting.answers))
    return Exit.NO if Exit.NO in codes else max(codes)


def verdict(causes: Sequence[Cause], answers: Answers) -> Exit:
    """NO if one was refused; else NO_ANSWER if one has none yet."""
    if any(answers.is_refused(cause) for cause in causes):
        return Exit.NO
    return Exit.OK if answers.has(causes) else Exit.NO_ANSWER


def topic_of(line: Line, how: Sending) -> str:
    """The shared topic, or the reporter's own."""
    return f"{line.topic}.{how.own_topic}" if how.own_topic else line.topic


async def _timed(lines: Sequence[Line], how: Sending) -> None:
    """In simulated time a record's time is its report's, so each needs one; Failed names those without."""
    untimed = [line for line in lines if line.envelope.time is None]
    if not untimed:
        return
    topics = {topic_of(line, how) for line in untimed}
    simulated = {topic for topic in topics if await is_simulated(how.bootstrap, topic)}
    faults = [
        f"{line.place}: /time: This platform runs in simulated time; say when the report was made."
        for line in untimed
        if topic_of(line, how) in simulated
    ]
    if faults:
        raise Failed(Exit.BAD_INPUT, *faults)


async def _starts(known: Cluster, lines: Sequence[Line], how: Sending) -> dict[Place, int]:
    """Where the answers will begin, asked before anything is sent."""
    if how.wait is None:
        return {}
    topics = output_topics({line.topic.partition(".")[0] for line in lines})
    return await ends(how.bootstrap, {topic: known.count(topic) for topic in topics})


async def _send(publisher: Publisher, lines: Sequence[Line], how: Sending) -> list[Sent]:
    sent: list[Sent] = []
    for first in range(0, len(lines), AT_ONCE):
        posted = [await _post(publisher, line, how) for line in lines[first : first + AT_ONCE]]
        sent += await asyncio.gather(*posted)
        if len(lines) > AT_ONCE:
            say(f"{len(sent)} of {len(lines)} sent")
    return sent


async def _post(publisher: Publisher, line: Line, how: Sending) -> asyncio.Task[Sent]:
    event = line.envelope
    encoded = Encoded(event.subject.encode(), line.value, HEADERS)
    return await publisher.post(topic_of(line, how), encoded, event.id, event.time)


def _tell_sent(lines: Sequence[Line], sent: Sequence[Sent], how: Sending) -> None:
    if how.as_json:
        for line, one in zip(lines, sent, strict=True):
            put_json(_where(line, one))
        return
    counts = Counter(one.topic for one in sent)
    listed = ", ".join(f"{count} to {topic}" for topic, count in sorted(counts.items()))
    put_line(f"{len(sent)} reports sent{': ' if listed else ''}{listed}. --wait shows what they became.")


def _where(line: Line, one: Sent) -> dict[str, object]:
    place = {"topic": one.topic, "partition": one.partition, "offset": one.offset}
    return {"file": line.file, "line": line.number, "id": one.id, **place}


def _tell(line: Line, one: Sent, cause: Cause, answers: Answers, how: Sending) -> None:
    found = answers.of(cause)
    if how.as_json:
        outcome = "refused" if answers.is_refused(cause) else "accepted" if found else "unanswered"
        put_json(_where(line, one) | {"outcome": outcome, "answers": [as_json(event) for event in found]})
        return
    put_line(safe(f"{line.place}  {line.name}  {line.envelope.subject}  id {one.id}"))
    for event in found:
        put_line(f"  {'✗' if isinstance(event.data, Refusal) else '✓'} {title(event)}")
        if isinstance(event.data, Refusal):
            put_line("\n".join(reasons(event.data.reasons)))
    if not found:
        put_line(
            f"  ? no answer within {how.wait:g} s. A repeat of an earlier report is not answered again: "
            f"`jembatan trace {safe(one.id)}` shows its first answer; `jembatan status` whether services run."
        )
