"""Record batches that no honest client makes."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from aiokafka.record.util import calc_crc32c

from jembatan.engine.wire import Outgoing, batch

MISNAMED = "??misnamed"
CRC_AT, CRC_OF = 17, 21


def misnamed(records: Sequence[Outgoing], producer_id: int = -1, sequence: int = -1) -> bytes:
    """A batch in which every header `MISNAMED` has a name that is no UTF-8, and a right checksum."""
    made = bytearray(batch(records, producer_id, sequence).replace(b"??misnamed", b"\xff\xfemisnamed"))
    struct.pack_into(">I", made, CRC_AT, calc_crc32c(bytes(made[CRC_OF:])))
    return bytes(made)
