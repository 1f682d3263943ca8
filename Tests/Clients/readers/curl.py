"""curl, as a person uses it: lines on standard output."""

import json
import shutil
import subprocess
from collections.abc import Iterator

from harness.events import Event, parse
from readers.reader import ConnectionLost, Reader, Stopped

STATUS = "\njobd-client-status: "
# What curl exits with when the server is not there, went away in the middle of
# a message, or reset the connection (curl(1), "Exit codes").
LOST = {7, 18, 52, 56}


class Curl(Reader):
    """`curl -N`, its output read as Server-Sent Events."""

    name = "curl"

    def __init__(self, *options: str) -> None:
        self._options = options

    def missing(self) -> str | None:
        return None if shutil.which("curl") else "curl is not installed"

    def read(self, url: str, last_event_id: str | None) -> Iterator[Event]:
        fields = {"id": "", "event": "message", "data": ""}
        for line in self.lines(url, last_event_id):
            if line == "":
                if fields["data"]:
                    yield parse(fields["id"], fields["event"], fields["data"])
                fields |= {"event": "message", "data": ""}
            elif not line.startswith(":"):
                name, _, value = line.partition(": ")
                fields[name] = value

    def lines(self, url: str, last_event_id: str | None) -> Iterator[str]:
        """The lines of one answer, without their ends, as they come."""
        resume = ["-H", f"Last-Event-ID: {last_event_id}"] if last_event_id else []
        process = subprocess.Popen(
            ["curl", "-sN", "--max-time", "60", "-w", f"{STATUS}%{{http_code}}\n"]
            + [*self._options, *resume, url],
            stdout=subprocess.PIPE, text=True, encoding="utf-8")
        assert process.stdout
        status = ""
        try:
            for line in process.stdout:
                if line.startswith(STATUS.strip()):
                    status = line.split()[-1]
                else:
                    yield line.rstrip("\n")
        finally:
            process.terminate()
            process.stdout.close()
            code = process.wait()
        if code in LOST:
            raise ConnectionLost(f"curl exited with {code}")
        if status == "204":
            raise Stopped
        assert code == 0 and status == "200", f"curl: exit {code}, status {status}"


class CurlLines(Curl):
    """`curl -N` asking for a JSON object a line."""

    name = "curl, NDJSON"

    def __init__(self) -> None:
        super().__init__("-H", "Accept: application/x-ndjson")

    def read(self, url: str, last_event_id: str | None) -> Iterator[Event]:
        for line in self.lines(url, last_event_id):
            if line:
                data = json.loads(line)
                yield Event(str(data["id"]), None, data)
