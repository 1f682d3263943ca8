"""What every client under test is wrapped into."""

import abc
from collections.abc import Iterator

from harness.events import Event


class ConnectionLost(Exception):
    """The connection broke, or none could be made: connect again."""


class Stopped(Exception):
    """The server said, by 204, that there is nothing more to come."""


class Reader(abc.ABC):
    """A client that makes one connection; the caller connects again."""

    name: str
    """As it is called where it comes from."""
    ends_by_itself = True
    """Whether it returns when the server closes; else it connects again by
    itself and ends by raising Stopped."""

    def missing(self) -> str | None:
        """Why it cannot run here, if so."""
        return None

    @abc.abstractmethod
    def read(self, url: str, last_event_id: str | None) -> Iterator[Event]:
        """The events of one connection, until the server closes it.

        Closing the iterator closes the connection.
        """
