"""A job's output as events: every byte once, whatever is cut."""

import signal

from harness.daemon import Daemon
from harness.events import Event
from harness.job import Job
from harness.report import Report
from harness.setup import Setup
from readers.python import HTTPXSSE, SSEClientPy
from readers.reader import Reader
from suites.following import Watching, all_of, assert_stopped, follow, once

# Two, three and four bytes of UTF-8: none may be torn between two events.
LINE = "Zeile %d: ü € 🙂"


def run(setup: Setup, report: Report) -> None:
    """All of them, with both of Python's clients."""
    with Daemon(setup, "output").running() as daemon:
        for reader in (HTTPXSSE(), SSEClientPy()):
            check(reader, daemon, report)


def submit(daemon: Daemon) -> Job:
    """A job that writes to both streams and waits at its gate."""
    gate = daemon.gate()
    return daemon.submit(
        "i=0; while [ $i -lt 12 ]; do i=$((i+1)); "
        f"printf '{LINE}\\n' $i; echo \"note $i\" >&2; "
        f"if [ $i -eq 6 ]; then echo held; {gate.wait}; fi; sleep 0.05; done", gate)


def has(text: str):
    """Whether an event brings that text."""
    return lambda event: text in event.data.get("text", "")


def opening_gate(job: Job) -> Watching:
    """Opens the gate when the client has seen the line before it."""
    assert job.gate
    return once(has("held"), job.gate.open)


def check(reader: Reader, daemon: Daemon, report: Report) -> None:
    """The checks of one client."""
    name = f"{reader.name}, output"
    with report.check(f"{name}: follows a job to its end"):
        job = submit(daemon)
        received = follow(reader, f"{job.url}/output", opening_gate(job))
        assert_whole(received, daemon, job)
    with report.check(f"{name}: gets 204 after the end"):
        assert_stopped(reader, f"{job.url}/output", received[-1].id)
    with report.check(f"{name}: goes on after every single event"):
        for count, event in enumerate(received[:-1], start=1):
            rest = list(reader.read(f"{job.url}/output", event.id))
            assert rest == received[count:], (event.id, rest)
    with report.check(f"{name}: one stream alone"):
        for stream in ("stdout", "stderr"):
            alone = follow(reader, f"{job.url}/output?stream={stream}", lambda _: None)
            wanted = [event for event in received if event.data.get("stream") == stream]
            assert alone[:-1] == wanted, alone
    with report.check(f"{name}: resumes after closing its connection"):
        job = submit(daemon)
        received = follow(reader, f"{job.url}/output", all_of(
            once(has("Zeile 1:"), lambda: True), once(has("Zeile 7"), lambda: True),
            opening_gate(job)))
        assert_whole(received, daemon, job)
    with report.check(f"{name}: resumes after the daemon's SIGKILL and SIGTERM"):
        job = submit(daemon)
        received = follow(reader, f"{job.url}/output", all_of(
            once(has("Zeile 1:"), lambda: daemon.restart(signal.SIGKILL)),
            once(has("Zeile 7"), lambda: daemon.restart(signal.SIGTERM)),
            opening_gate(job)))
        assert_whole(received, daemon, job)


def assert_whole(received: list[Event], daemon: Daemon, job: Job) -> None:
    """The texts, put together, are the output: of both streams and of each."""
    *events, end = received
    assert end.name == "end" and end.data["state"] == "succeeded", end
    assert all(event.name == "output" for event in events), events
    places = [tuple(int(part) for part in event.id.split(":")) for event in received]
    assert all(attempt == 1 for attempt, _ in places), places
    assert places == sorted(set(places)), f"ids do not ascend: {places}"
    written = daemon.output(job).decode()
    text = "".join(event.data["text"] for event in events)
    assert text == written, f"received {text!r}, written {written!r}"
    wanted = {
        "stdout": "".join(
            LINE % i + ("\nheld\n" if i == 6 else "\n") for i in range(1, 13)),
        "stderr": "".join(f"note {i}\n" for i in range(1, 13)),
    }
    for stream, whole in wanted.items():
        got = "".join(event.data["text"] for event in events if event.data["stream"] == stream)
        assert got == whole, f"{stream}: received {got!r}, written {whole!r}"
