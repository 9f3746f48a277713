"""The market file and the result file: what a round decides on, and what it decided.

`jembatan.market/1` holds a round whole: the tree of caps, the vacancies, the candidates' confirmed lists
with their scores, and the draw. With it anyone can run the round again, with no server.

- `read(raw)` turns the bytes of a file into a `Market`, or raises `BadMarket` with every fault in it;
- `market_of(document)` does the same for a document that is in memory;
- `documented(raw)` gives both, the document and its `Market`;
- `snapshot(document)` names the frozen market, before there is a draw;
- `result_json(result)` writes `jembatan.result/1`, and `read_result(raw)` reads it.
"""

from services.matching.market.faults import BadFile, BadMarket, BadResult
from services.matching.market.forms import digest, result_document, result_json, snapshot, sorted_market
from services.matching.market.model import (
    MARKET_FORMAT,
    RESULT_FORMAT,
    Candidate,
    Cutoff,
    Draw,
    Market,
    Node,
    PassedOver,
    Result,
    Vacancy,
)
from services.matching.market.reading import documented, market_of, read
from services.matching.market.results import read_result

__all__ = [
    "MARKET_FORMAT",
    "RESULT_FORMAT",
    "BadFile",
    "BadMarket",
    "BadResult",
    "Candidate",
    "Cutoff",
    "Draw",
    "Market",
    "Node",
    "PassedOver",
    "Result",
    "Vacancy",
    "digest",
    "documented",
    "market_of",
    "read",
    "read_result",
    "result_document",
    "result_json",
    "snapshot",
    "sorted_market",
]
