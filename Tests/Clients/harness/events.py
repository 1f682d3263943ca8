"""Events as a client received them, and as the JSON page has them."""

import dataclasses
import json


@dataclasses.dataclass(frozen=True)
class Event:
    """One event of a stream."""

    id: str
    """What a client sends back as Last-Event-ID."""
    name: str | None
    """`message`, `state`, `end`, `output`…; None where the form has no names."""
    data: dict
    """The JSON document of its data."""

    @property
    def is_end(self) -> bool:
        """Whether it is a stream's last: only that one has an exit code."""
        return "exit_code" in self.data

    @property
    def fraction(self) -> float | None:
        """How far the job was; None for other than progress."""
        return self.data.get("fraction")


def parse(identifier: str, name: str | None, data: str) -> Event:
    """An event from the three fields that SSE clients give."""
    return Event(identifier, name, json.loads(data))


def expected(page: list[dict]) -> list[Event]:
    """What a client of the stream must have received, given the JSON page.

    The names are those of the API: none for progress, which clients call
    `message`, `end` for the last change of state, `state` for the others, `action`
    for what was done and changed none.
    """

    def name(event: dict) -> str:
        if "state" not in event:
            return "message"
        if "action" in event:
            return "action"
        return "end" if "exit_code" in event else "state"

    return [Event(str(event["id"]), name(event), event) for event in page]


def assert_same(received: list[Event], page: list[dict]) -> None:
    """Every event of the page was received: each once, in order, unchanged."""
    want = expected(page)
    ids = [int(event.id) for event in received]
    assert ids == sorted(set(ids)), f"ids do not ascend: {ids}"
    assert ids == [int(event.id) for event in want], (
        f"received {ids}, the page has {[int(event.id) for event in want]}"
    )
    for got, event in zip(received, want, strict=True):
        assert got.name in (None, event.name), f"{got} should be named {event.name}"
        assert got.data == event.data, f"{got.data} should be {event.data}"
    # A job that nobody let through its gate has failed: a client that shows
    # nothing until the end does not pass.
    end = want[-1]
    assert end.name == "end" and end.data["state"] == "succeeded", f"the page's last: {end}"
