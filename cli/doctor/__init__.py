"""`jembatan doctor`: checks every promise on live data, and says what is broken, where, and what to do.

Each check is a module of its own. What compares is pure; what reads stands beside it, or in `snapshot`,
`scan` and `reported`, which read Kafka and PostgreSQL in an order that makes a busy platform no false alarm.
"""

from __future__ import annotations

from cli.doctor.examination import Examination
from cli.doctor.show import told
from cli.exits import Exit
from cli.output import say

__all__ = ["doctor"]


async def doctor(kafka: str, postgres: str, *, as_json: bool) -> Exit:
    """Examine and tell; NO if anything is broken."""
    result = await Examination(kafka, postgres, say).run()
    told(result, as_json=as_json)
    return Exit.NO if result.found.findings else Exit.OK
