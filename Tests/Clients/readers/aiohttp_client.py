"""aiohttp-sse-client2: connects again by itself when the server closes."""

import asyncio
import datetime
import logging
from collections.abc import Iterator

import aiohttp
from aiohttp_sse_client2 import client

from harness.events import Event, parse
from readers.reader import ConnectionLost, Reader, Stopped

# It logs every refused connection, which is what happens here on purpose.
logging.getLogger("aiohttp_sse_client2").setLevel(logging.CRITICAL)


class AiohttpSSEClient(Reader):
    """aiohttp-sse-client2, one event at a time on a loop of its own."""

    name = "aiohttp-sse-client2"
    ends_by_itself = False

    def read(self, url: str, last_event_id: str | None) -> Iterator[Event]:
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        with asyncio.Runner() as runner:
            source = runner.run(self._open(url, headers))
            try:
                while True:
                    event = runner.run(self._next(source))
                    yield parse(event.last_event_id, event.type or "message", event.data)
            finally:
                runner.run(source.close())
                runner.run(source._session.close())  # noqa: SLF001 - not closed by close()

    async def _open(self, url: str, headers: dict[str, str]) -> client.EventSource:
        source = client.EventSource(
            url, headers=headers, reconnection_time=datetime.timedelta(seconds=0.05),
            timeout=aiohttp.ClientTimeout(total=None, sock_read=30))
        try:
            await self._translated(source.connect())
        except BaseException:
            await source._session.close()  # noqa: SLF001
            raise
        return source

    async def _next(self, source: client.EventSource):
        return await self._translated(anext(source))

    async def _translated(self, call):
        try:
            return await call
        except ConnectionAbortedError as error:
            # Its word for an answer that is neither 200 nor an error.
            assert "wrong response status: 204" in str(error), error
            raise Stopped from None
        except aiohttp.ClientError as error:
            raise ConnectionLost(str(error)) from error
