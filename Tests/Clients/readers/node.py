"""Node's EventSource, in a process of its own that prints what it receives."""

import contextlib
import json
import pathlib
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator

from harness.events import Event, parse

PROGRAM = pathlib.Path(__file__).parent / "eventsource.mjs"
FLAG = "--experimental-eventsource"
CONNECTING, CLOSED = 0, 2


def missing() -> str | None:
    """Why it cannot run here, if so."""
    if not shutil.which("node"):
        return "node is not installed"
    probe = subprocess.run(
        ["node", FLAG, "-e", "new EventSource('http://127.0.0.1:1/').close()"],
        capture_output=True, text=True)
    if probe.returncode == 0:
        return None
    version = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
    return f"node {version} has no EventSource: 20.18 or newer is required"


class NodeEventSource:
    """What one EventSource did."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.errors: list[int] = []
        """Its readyState at each `error` event."""
        self.opened = 0
        self._process: subprocess.Popen[str] | None = None

    def follow(self, url: str, on_event: Callable[[Event], bool | None]) -> None:
        """Runs it until it closes by itself, or `on_event` returns True."""
        self._process = process = subprocess.Popen(
            ["node", FLAG, "--no-warnings", PROGRAM, url], stdout=subprocess.PIPE, text=True)
        assert process.stdout
        try:
            for line in process.stdout:
                if self._take(json.loads(line), on_event):
                    return
            code = process.wait(timeout=10)
            assert code == 0, f"node exited with {code}"
        finally:
            process.kill()
            process.stdout.close()
            process.wait()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Stops its process, connected as it is, while something happens."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def _take(self, line: dict, on_event: Callable[[Event], bool | None]) -> bool:
        match line["kind"]:
            case "open":
                self.opened += 1
            case "error":
                self.errors.append(line["readyState"])
            case "event":
                event = parse(line["id"], line["name"], line["data"])
                self.events.append(event)
                return bool(on_event(event))
        return False
