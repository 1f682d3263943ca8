"""Python's clients: sseclient-py, httpx-sse, and lines of JSON without either."""

import json
from collections.abc import Iterator

import httpx
import httpx_sse
import requests
import sseclient

from harness.events import Event, parse
from readers.reader import ConnectionLost, Reader, Stopped

# Seconds to connect, and seconds of silence; a stream is never silent for long.
TIMEOUT = (10, 30)


def resuming(last_event_id: str | None, accept: str) -> dict[str, str]:
    """The headers of a request that goes on after an event."""
    headers = {"Accept": accept}
    if last_event_id:
        headers["Last-Event-ID"] = last_event_id
    return headers


class Requests(Reader):
    """What the two clients over requests share."""

    accept: str

    def read(self, url: str, last_event_id: str | None) -> Iterator[Event]:
        headers = resuming(last_event_id, self.accept)
        try:
            with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
                if answer.status_code == 204:
                    raise Stopped
                assert answer.status_code == 200, f"{answer.status_code}: {answer.text}"
                yield from self.events(answer)
        except requests.RequestException as error:
            raise ConnectionLost(str(error)) from error

    def events(self, answer: requests.Response) -> Iterator[Event]:
        """The events of an answer."""
        raise NotImplementedError


class SSEClientPy(Requests):
    """sseclient-py over requests, as its documentation shows it."""

    name = "sseclient-py"
    accept = "text/event-stream"

    def events(self, answer: requests.Response) -> Iterator[Event]:
        for event in sseclient.SSEClient(answer).events():
            yield parse(event.id, event.event, event.data)


class RequestsLines(Requests):
    """requests reading a JSON object a line."""

    name = "requests, NDJSON"
    accept = "application/x-ndjson"

    def events(self, answer: requests.Response) -> Iterator[Event]:
        # The default chunk of 512 bytes does not delay: requests yields what
        # has come of a chunked body.
        for line in answer.iter_lines():
            data = json.loads(line)
            yield Event(str(data["id"]), None, data)


class HTTPXSSE(Reader):
    """httpx-sse over httpx."""

    name = "httpx-sse"

    def read(self, url: str, last_event_id: str | None) -> Iterator[Event]:
        headers = resuming(last_event_id, "text/event-stream")
        try:
            with (
                httpx.Client(timeout=httpx.Timeout(30, connect=10)) as client,
                httpx_sse.connect_sse(client, "GET", url, headers=headers) as source,
            ):
                if source.response.status_code == 204:
                    raise Stopped
                assert source.response.status_code == 200, source.response.read()
                for event in source.iter_sse():
                    # It also yields blocks without data, such as a lone
                    # `retry:`, which are no events by the standard.
                    if event.data:
                        yield parse(event.id, event.event, event.data)
        except httpx.TransportError as error:
            raise ConnectionLost(str(error)) from error
