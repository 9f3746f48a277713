"""A TCP proxy on loopback that can hold, cut or swallow what goes through it, in a thread of its own.

A `Tap` looks at each connection's bytes and says what becomes of them, so that a test can hit exactly the
moment it means: a COMMIT, a produce request. What it did is counted: a fault that never came about shows.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Coroutine
from enum import Enum
from types import TracebackType
from typing import Any, Self


class Verdict(Enum):
    """What becomes of a piece of what a client or a server says."""

    PASS = "pass"
    HOLD = "hold"
    CUT = "cut"
    CUT_AFTER_ANSWER = "cut after answer"


class Tap:
    """Lets everything pass; one for each connection."""

    def asked(self, data: bytes) -> list[tuple[bytes, Verdict]]:
        """What a client says, in pieces that each have a verdict."""
        return [(data, Verdict.PASS)]


class Proxy:
    """Listens on `port` and connects each client to the server at `target`.

    `lag` slows every piece down. `frozen` stops all bytes in both directions and keeps the connections, as a
    link that drops packets does; `refusing` turns new clients away. `counts` says how often what was done;
    `answers` has the answer to each request that was held, once they are released.
    """

    def __init__(self, target: int, tap: type[Tap] | Any = Tap) -> None:  # noqa: ANN401
        self.target = target
        self.tap = tap
        self.port = 0
        self.counts: Counter[str] = Counter()
        self.answers: list[bytes] = []
        self.refusing = False
        self.lag: Callable[[], float] | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._flowing: asyncio.Event
        self._answering: asyncio.Event
        self._released: asyncio.Event
        self._links: set[_Link] = set()
        self._server: asyncio.Server

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._open())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def freeze(self, frozen: bool = True) -> None:
        """Let nothing through, or let everything go on."""
        event = self._flowing
        self._loop.call_soon_threadsafe(event.clear if frozen else event.set)

    def strand(self) -> None:
        """Swallow from now on whatever the connections that exist now carry; new ones work."""
        self._loop.call_soon_threadsafe(self._strand)

    def mute(self, muted: bool = True) -> None:
        """Let nothing of what the server says through: the link works in one direction only."""
        event = self._answering
        self._loop.call_soon_threadsafe(event.clear if muted else event.set)

    def cut(self) -> None:
        """Break every connection that exists now."""
        self._do(self._cut())

    def release(self) -> None:
        """Let what was held go to the server, also of clients that are gone."""
        self._loop.call_soon_threadsafe(self._released.set)

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _open(self) -> None:
        self._flowing, self._answering, self._released = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._flowing.set()
        self._answering.set()
        self._server = await asyncio.start_server(self._client, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def _strand(self) -> None:
        for link in self._links:
            link.strand()

    async def _close(self) -> None:
        self._server.close()
        await self._cut()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _cut(self) -> None:
        for link in list(self._links):
            self.counts["cut"] += 1
            link.abort()

    async def _linger(self) -> None:
        if self.lag and (seconds := self.lag()):
            self.counts["slowed"] += 1
            await asyncio.sleep(seconds)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refusing:
            self.counts["refused"] += 1
            writer.transport.abort()
            return
        try:
            server = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        self.counts["connections"] += 1
        link = _Link(self, (reader, writer), server)
        self._links.add(link)
        try:
            await link.run()
        except asyncio.CancelledError:
            # The proxy closes: nobody is left to be told.
            return
        finally:
            self._links.discard(link)


Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Link:
    """One client's connection and the one to the server that stands for it."""

    def __init__(self, proxy: Proxy, client: Stream, server: Stream) -> None:
        self._proxy = proxy
        self._client, self._server = client, server
        self._tap = proxy.tap()
        self._stranded = False
        self._mute = False
        self._held = False
        self._heard = False

    async def run(self) -> None:
        with contextlib.suppress(OSError):
            asking, answering = asyncio.create_task(self._ask()), asyncio.create_task(self._answer())
            await asyncio.wait((asking, answering), return_when=asyncio.FIRST_COMPLETED)
            if self._held:
                # What a network has taken it may deliver after its sender is gone.
                await asyncio.wait((asking,))
                await asyncio.sleep(1.0)
            for task in (asking, answering):
                task.cancel()
            await asyncio.gather(asking, answering, return_exceptions=True)
        self.abort()

    def strand(self) -> None:
        self._stranded = True
        self._proxy.counts["stranded"] += 1

    def abort(self) -> None:
        for _, writer in (self._client, self._server):
            writer.transport.abort()

    async def _ask(self) -> None:
        while data := await self._client[0].read(1 << 16):
            await self._proxy._flowing.wait()
            await self._proxy._linger()
            for piece, verdict in self._tap.asked(data):
                if not await self._carry(piece, verdict):
                    return

    async def _carry(self, piece: bytes, verdict: Verdict) -> bool:
        if verdict is not Verdict.PASS:
            self._proxy.counts[verdict.value] += 1
        if verdict is Verdict.CUT or self._stranded:
            if not self._stranded:
                self.abort()
            return self._stranded
        if verdict is Verdict.HOLD:
            self._held = True
            await self._proxy._released.wait()
            self._proxy.counts["released"] += 1
        self._mute = self._mute or verdict is Verdict.CUT_AFTER_ANSWER
        self._server[1].write(piece)
        await self._server[1].drain()
        return True

    async def _answer(self) -> None:
        while data := await self._server[0].read(1 << 16):
            await self._proxy._flowing.wait()
            await self._proxy._linger()
            if not self._proxy._answering.is_set():
                self._proxy.counts["muted"] += 1
                await self._proxy._answering.wait()
            if self._mute:
                self._proxy.counts["answers swallowed"] += 1
                self.abort()
                return
            if self._held and not self._heard and self._proxy._released.is_set():
                # On one connection answers come in the order of the requests.
                self._heard = True
                self._proxy.answers.append(data)
            if self._stranded:
                continue
            with contextlib.suppress(OSError):
                self._client[1].write(data)
                await self._client[1].drain()
