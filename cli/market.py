"""`jembatan match`: runs a round from its market file, with no server."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

from services.matching.market import BadMarket, read, result_json
from services.matching.mechanism.fast import match

OK, NOT_WRITTEN, BAD_FILE = 0, 1, 2


def match_file(market_path: Path, output_path: Path | None) -> int:
    """Match a `jembatan.market/1` file and write its `jembatan.result/1`, to stdout if no path is given.

    The exit code: 0 done; 1 the result could not be written; 2 the market could not be read, with every
    fault on stderr, a line each. A bad market leaves an older result file as it was.
    """
    try:
        result = _matched(market_path.read_bytes())
    except OSError as error:
        return _failed(BAD_FILE, f"{market_path}: cannot be read: {error.strerror}")
    except BadMarket as error:
        return _failed(BAD_FILE, *(f"{market_path}: {fault}" for fault in error.faults))
    return _write(result, output_path)


def _matched(raw: bytes) -> bytes:
    # A large market is millions of objects without cycles; looking for some takes half of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return result_json(match(read(raw)))
    finally:
        if collecting:
            gc.enable()


def _write(result: bytes, output_path: Path | None) -> int:
    if output_path is None:
        sys.stdout.write(result.decode())
        return OK
    try:
        output_path.write_bytes(result)
    except OSError as error:
        return _failed(NOT_WRITTEN, f"{output_path}: cannot be written: {error.strerror}")
    return OK


def _failed(code: int, *lines: str) -> int:
    for line in lines:
        print(line, file=sys.stderr)
    return code
