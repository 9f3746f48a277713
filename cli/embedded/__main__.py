"""The detached supervisor: `python -m cli.embedded FOLDER OPTIONS`, options as JSON."""

from __future__ import annotations

import sys
from pathlib import Path

from cli.embedded.detached import FAULT
from cli.embedded.errors import EmbeddedError
from cli.embedded.options import Options
from cli.embedded.supervisor import run


def main(folder: str, options: str) -> int:
    def say(text: str) -> None:
        print(text, flush=True)

    try:
        run(Path(folder), Options.model_validate_json(options), say)
    except EmbeddedError as error:
        say(f"{FAULT}{error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
