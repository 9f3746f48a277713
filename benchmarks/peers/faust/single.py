"""Faust, one transaction an event: the agent as its documentation shows it."""

from __future__ import annotations

import faust

from benchmarks.peers import work
from benchmarks.peers.faust.app import connect, make, run, topic

app = make("single")
facts = topic(app, work.OUTPUT)


@app.agent(topic(app, work.INPUT))
async def register(stream: faust.StreamT[bytes]) -> None:
    """One report after the other."""
    pool = await connect()
    async for text in stream:
        report = work.Report.model_validate_json(text)
        async with pool.acquire() as connection, connection.transaction():
            new = await connection.fetchval(work.CLAIM, report.source, report.id)
            if new is not None:
                await connection.execute(work.INSERT, *work.row(report))
        if new is not None:
            await facts.send(key=report.subject.encode(), value=work.fact(report))


if __name__ == "__main__":
    run(app)
