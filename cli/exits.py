"""Exit codes of the `jembatan` command, each with one meaning."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a command's exit code says."""

    OK = 0
    NO = 1
    BAD_INPUT = 2
    UNREACHABLE = 3
    NO_ANSWER = 4
    MISTAKE = 70
    INTERRUPTED = 130


MEANING: dict[Exit, str] = {
    Exit.OK: "It worked, and the answer is yes.",
    Exit.NO: "It worked and the answer is no: refused, different, failed, not found, not well.",
    Exit.BAD_INPUT: "What was given is wrong: a file, an argument, a setting. Every fault was named.",
    Exit.UNREACHABLE: "Nothing runs here, or the platform, or a part of it that was needed, does not answer.",
    Exit.NO_ANSWER: "The platform answers, but what was waited for did not come in time.",
    Exit.MISTAKE: "A mistake of Jembatan's own; JEMBATAN_DEBUG=1 shows where. Also a service that made no "
    "progress, or did not stop in time, and ended itself; its log says where it stood.",
    Exit.INTERRUPTED: "Stopped by Ctrl-C.",
}


class Failed(Exception):
    """A command cannot go on: its exit code, and sentences that say why and what to do next."""

    def __init__(self, code: Exit, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.code = code
        self.lines = lines
