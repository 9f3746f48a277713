"""Faust, `take(500)` and one transaction a batch."""

from __future__ import annotations

import faust

from benchmarks.peers import work
from benchmarks.peers.faust.app import connect, make, run, topic

app = make("batch")
facts = topic(app, work.OUTPUT)


@app.agent(topic(app, work.INPUT))
async def register(stream: faust.StreamT[bytes]) -> None:
    """As many reports as are there, at most 500."""
    pool = await connect()
    async for texts in stream.take(500, within=0.1):
        reports = [work.Report.model_validate_json(text) for text in texts]
        keys = [(report.source, report.id) for report in reports]
        async with pool.acquire() as connection, connection.transaction():
            new = {row["id"] for row in await connection.fetchmany(work.CLAIM, keys)}
            fresh = {report.id: report for report in reports if report.id in new}
            await connection.executemany(work.INSERT, [work.row(report) for report in fresh.values()])
        for report in fresh.values():
            await facts.send(key=report.subject.encode(), value=work.fact(report))


if __name__ == "__main__":
    run(app)
