"""Faust: one service of a chain, one transaction an event."""

from __future__ import annotations

import faust

from benchmarks.peers import chained, work
from benchmarks.peers.faust.app import connect, make, run, topic

app = make(f"link-{work.SCHEMA}")
facts = topic(app, work.OUTPUT)


@app.agent(topic(app, work.INPUT))
async def follow(stream: faust.StreamT[bytes]) -> None:
    """One event after the other."""
    pool = await connect(chained.TABLES)
    async for text in stream:
        event = chained.MODEL.model_validate_json(text)
        fact = chained.made(event, work.OUTPUT)
        async with pool.acquire() as connection, connection.transaction():
            new = await connection.fetchval(work.CLAIM, event.source, event.id)
            if new is not None:
                await connection.execute(chained.INSERT, event.subject, fact.data.state.model_dump_json())
        if new is not None:
            await facts.send(key=event.subject.encode(), value=fact.model_dump_json().encode())


if __name__ == "__main__":
    run(app)
