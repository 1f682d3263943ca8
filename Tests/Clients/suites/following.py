"""Every client follows a job to its end, and resumes after every kind of cut."""

import contextlib
import functools
import signal
from collections.abc import Callable

from harness.daemon import Daemon
from harness.events import Event, assert_same
from harness.job import HELD_AT, Job
from harness.listening import ListeningSocket
from harness.report import Report
from harness.setup import Setup
from harness.waiting import until
from readers import node
from readers.aiohttp_client import AiohttpSSEClient
from readers.curl import Curl, CurlLines
from readers.python import HTTPXSSE, RequestsLines, SSEClientPy
from readers.reader import ConnectionLost, Reader, Stopped

READERS = [Curl(), CurlLines(), SSEClientPy(), RequestsLines(), HTTPXSSE(), AiohttpSSEClient()]

NODE = "Node EventSource"

# More than any of the checks below needs.
CONNECTIONS_AT_MOST = 20
# Short, so that a dozen lines make a dozen events in a second.
FLAGS = ("--progress-interval-seconds", "0.02")

Watching = Callable[[Event], bool | None]
"""Told every event; True to close the connection."""


def suites() -> dict[str, Callable[[Setup, Report], None]]:
    """One for each client, by its name."""
    return {reader.name: functools.partial(run, reader) for reader in READERS} | {NODE: run_node}


# What happens meanwhile


def opening_gate(job: Job) -> Watching:
    """Opens the gate when the client has seen the line that waits at it: only a
    client that receives while the job runs gets any further."""

    def watch(event: Event) -> None:
        if event.fraction is not None and event.fraction >= HELD_AT:
            assert job.gate
            job.gate.open()

    return watch


def once(condition: Callable[[Event], bool], action: Callable[[], bool | None]) -> Watching:
    """Acts on the first event that meets the condition."""
    done = False

    def watch(event: Event) -> bool | None:
        nonlocal done
        if done or not condition(event):
            return None
        done = True
        return action()

    return watch


def all_of(*watches: Watching) -> Watching:
    """Every one is told, in this order."""
    return lambda event: any([watch(event) for watch in watches])


def at(fraction: float) -> Callable[[Event], bool]:
    """Whether the job was that far."""
    return lambda event: event.fraction is not None and event.fraction >= fraction


def cutting(job: Job) -> Watching:
    """The client closes at the first progress, and again behind the gate."""
    return all_of(
        once(at(0), lambda: True), once(at(HELD_AT + 0.1), lambda: True), opening_gate(job))


def disturbed(job: Job, restart: Callable[[signal.Signals], None]) -> Watching:
    """The daemon is killed at the first progress, and behind the gate it is
    stopped in an orderly way; each time it comes back on the same port."""
    return all_of(
        once(at(0), lambda: restart(signal.SIGKILL)),
        once(at(HELD_AT + 0.1), lambda: restart(signal.SIGTERM)),
        opening_gate(job))


# Clients that make one connection


def follow(reader: Reader, url: str, watch: Watching) -> list[Event]:
    """Reads to the end, connecting again after every cut."""
    received: list[Event] = []
    for _ in range(CONNECTIONS_AT_MOST):
        last = received[-1].id if received else None
        connection = reader.read(url, last)
        try:
            for event in connection:
                received.append(event)
                if watch(event):
                    break
            if received and received[-1].is_end:
                assert reader.ends_by_itself
                return received
        except ConnectionLost:
            continue
        except Stopped:
            assert received and received[-1].is_end, "204 before the end"
            return received
        finally:
            connection.close()
    raise AssertionError(f"no end within {CONNECTIONS_AT_MOST} connections: {received[-1:]}")


def assert_stopped(reader: Reader, url: str, last_event_id: str) -> None:
    """The answer to whoever has received that event is 204."""
    try:
        events = list(reader.read(url, last_event_id))
    except Stopped:
        return
    raise AssertionError(f"the answer was not 204 but {len(events)} events: {events[:1]}")


def run(reader: Reader, setup: Setup, report: Report) -> None:
    """The checks of one such client."""
    name = reader.name
    if reason := reader.missing():
        report.missing(name, reason)
        return
    directory = "".join(letter for letter in name if letter.isalnum())
    with Daemon(setup, directory, *FLAGS).running() as daemon:
        job = daemon.submit_counting()
        with report.check(f"{name}: follows a job to its end"):
            received = follow(reader, f"{job.url}/progress", opening_gate(job))
            assert_same(received, daemon.history(job))
        with report.check(f"{name}: reads a finished job from the first event"):
            received = follow(reader, f"{job.url}/progress", lambda _: None)
            assert_same(received, daemon.history(job))
        with report.check(f"{name}: gets 204 after the end"):
            assert_stopped(reader, f"{job.url}/progress", str(daemon.history(job)[-1]["id"]))
        with report.check(f"{name}: resumes after closing its connection twice"):
            job = daemon.submit_counting()
            received = follow(reader, f"{job.url}/progress", cutting(job))
            assert_same(received, daemon.history(job))
        with report.check(f"{name}: resumes after the daemon's SIGKILL and SIGTERM"):
            job = daemon.submit_counting()
            received = follow(reader, f"{job.url}/progress", disturbed(job, daemon.restart))
            assert_same(received, daemon.history(job))


# Node's EventSource, which connects again by itself


def run_node(setup: Setup, report: Report) -> None:
    """The checks of Node's EventSource."""
    if reason := node.missing():
        report.missing(NODE, reason)
        return
    with Daemon(setup, "node", *FLAGS).running() as daemon:
        follow_with_node(daemon, report)
    with contextlib.closing(ListeningSocket()) as socket:
        with Daemon(setup, "activated", *FLAGS, socket=socket).running() as daemon:
            outlast_outage(daemon, socket, report)


def follow_with_node(daemon: Daemon, report: Report) -> None:
    """To the end, by ids of its own, and through restarts."""
    job = daemon.submit_counting()
    source = node.NodeEventSource()
    with report.check(f"{NODE}: follows a job to its end"):
        source.follow(f"{job.url}/progress", opening_gate(job))
        assert_same(source.events, daemon.history(job))
    with report.check(f"{NODE}: connects again after the end, gets 204 and closes"):
        # Told of the server's close, it connects again; told 204, it closes.
        assert source.opened == 1, f"opened {source.opened} times"
        assert source.errors == [node.CONNECTING, node.CLOSED], source.errors
    with report.check(f"{NODE}: closes at once when it starts after the end"):
        last = daemon.history(job)[-1]["id"]
        source = node.NodeEventSource()
        source.follow(f"{job.url}/progress?after={last}", lambda _: None)
        assert (source.events, source.opened) == ([], 0), source.events
    with report.check(f"{NODE}: a new one goes on with ?after= where one was closed"):
        job = daemon.submit_counting()
        first, second = node.NodeEventSource(), node.NodeEventSource()
        first.follow(f"{job.url}/progress", once(at(0), lambda: True))
        cursor = first.events[-1].id
        second.follow(f"{job.url}/progress?after={cursor}", opening_gate(job))
        assert_same(first.events + second.events, daemon.history(job))
    with report.check(f"{NODE}: resumes by itself after the daemon's SIGKILL and SIGTERM"):
        job = daemon.submit_counting()
        source = node.NodeEventSource()

        def restart(by: signal.Signals) -> None:
            # It gives up when it is refused once, unlike browsers: it must not
            # look while there is no daemon.
            with source.paused():
                daemon.restart(by)

        source.follow(f"{job.url}/progress", disturbed(job, restart))
        assert_same(source.events, daemon.history(job))
        # The job waits at its gate for the first return; the second time it
        # may have ended before this EventSource noticed anything.
        assert source.opened >= 2, f"opened {source.opened} times"


def outlast_outage(daemon: Daemon, socket: ListeningSocket, report: Report) -> None:
    """With socket activation it is not refused, however long the daemon is away."""
    with report.check(f"{NODE}: with socket activation, waits for a daemon that is away"):
        job = daemon.submit_counting()
        source = node.NodeEventSource()

        def away() -> None:
            daemon.end(signal.SIGKILL)
            until("the EventSource to connect", socket.waiting)
            daemon.start()

        source.follow(f"{job.url}/progress", all_of(once(at(0), away), opening_gate(job)))
        assert_same(source.events, daemon.history(job))
        assert source.opened == 2, f"opened {source.opened} times"
