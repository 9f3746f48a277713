"""Failpoints: free when off, each in the code exactly once, and what arms them is checked."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import psutil
import pytest

from jembatan.engine import failpoints
from jembatan.engine.failpoints import POINTS, BadFailpoint, Failpoint, Injected, armed, parse

ENGINE = Path(failpoints.__file__).parent


def reached() -> Counter[str]:
    """The names that the engine's code reaches."""
    calls = (
        node
        for path in ENGINE.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "reach"
    )
    return Counter(ast.literal_eval(call.args[0]) for call in calls)


def test_every_point_is_reached_at_one_place_and_every_place_is_a_point() -> None:
    assert reached() == dict.fromkeys(POINTS, 1)


def test_nothing_is_armed_without_the_variable() -> None:
    assert failpoints.reach is failpoints._nothing


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("moved", Failpoint("moved", 1, "exit")),
        ("moved:3", Failpoint("moved", 3, "exit")),
        ("moved:stop", Failpoint("moved", 1, "stop")),
        ("moved:2:raise", Failpoint("moved", 2, "raise")),
        ("moved:2:sleep=1.5", Failpoint("moved", 2, "sleep", 1.5)),
    ],
)
def test_what_arms_it(text: str, expected: Failpoint) -> None:
    assert parse(text) == expected


def test_every_fault_of_what_arms_it_is_named() -> None:
    with pytest.raises(BadFailpoint) as error:
        parse("nowhere:0:burn:x")
    for part in ("'nowhere'", "'burn'", "from 1", "'x' is too much"):
        assert part in str(error.value)
    for text in ("moved:sleep", "moved:sleep=long", "moved:exit=3"):
        with pytest.raises(BadFailpoint, match="sleep"):
            parse(text)


def test_it_fires_once_at_the_nth_time_and_only_there() -> None:
    fired: list[Failpoint] = []
    reach = armed(parse("moved:2"), fired.append)
    for name in ("begun", "moved", "begun", "begun"):
        reach(name)
    assert fired == []
    for _ in range(3):
        reach("moved")
    assert fired == [Failpoint("moved", 2, "exit")]


def test_raising() -> None:
    with pytest.raises(Injected, match="moved"):
        armed(parse("moved:raise"))("moved")


def _process(text: str) -> subprocess.Popen[bytes]:
    program = "from jembatan.engine.failpoints import reach; reach('moved'); print('went on')"
    environment = os.environ | {failpoints.VARIABLE: text}
    command = [sys.executable, "-c", program]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_a_process_ends_there_as_if_killed() -> None:
    process = _process("moved")
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output, errors) == (failpoints.EXIT_CODE, b"", b"failpoint moved:1:exit\n")


def test_a_process_stops_there_and_goes_on_when_woken() -> None:
    process = _process("moved:stop")
    assert os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT) is not None
    assert psutil.Process(process.pid).status() == psutil.STATUS_STOPPED
    process.send_signal(signal.SIGCONT)
    assert process.communicate(timeout=60)[0] == b"went on\n"
