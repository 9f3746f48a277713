"""Jobs in PostgreSQL: which wait in a lane, and the compare-and-set of a page."""

from __future__ import annotations

from jembatan.engine.service import Connection, Job

WAITING = "SELECT kind, subject, page, at FROM job WHERE lane = $1 AND NOT done ORDER BY at, kind, subject"
AT_PAGE = "SELECT FROM job WHERE kind = $1 AND subject = $2 AND page = $3 AND NOT done"
TURN = """
UPDATE job SET page = page + 1, done = $4
WHERE kind = $1 AND subject = $2 AND page = $3 AND NOT done
"""


class PageMoved(Exception):
    """Another worker has done this page."""


async def waiting(connection: Connection, lane: int) -> list[Job]:
    """The lane's unfinished jobs, the oldest first."""
    rows = await connection.fetch(WAITING, lane)
    return [Job(row["kind"], row["subject"], row["page"], row["at"]) for row in rows]


async def check(connection: Connection, job: Job) -> None:
    """`PageMoved` if the page is done already, as after a COMMIT whose answer was lost."""
    if not await connection.fetch(AT_PAGE, job.kind, job.subject, job.page):
        raise PageMoved(f"{job.kind} {job.subject} is no longer at page {job.page}")


async def turn(connection: Connection, job: Job, *, more: bool) -> bool:
    """Go to the next page, or end the job; False if someone else has."""
    done = await connection.execute(TURN, job.kind, job.subject, job.page, not more)
    return bool(done == "UPDATE 1")
