"""A daemon of its own for each suite, to be killed and started again."""

import contextlib
import itertools
import json
import pathlib
import signal
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator

from harness.job import Gate, Job, counting
from harness.listening import ListeningSocket
from harness.setup import Setup
from harness.waiting import until

# jobd's exit status when its port is taken.
PORT_TAKEN = 69
FINISHED = {"succeeded", "failed", "cancelled"}


class Daemon:
    """A jobd on a fresh state directory and a free port, which it keeps."""

    def __init__(
        self, setup: Setup, name: str, *flags: str, socket: ListeningSocket | None = None,
        asks_for_tokens: bool = False, certificate: pathlib.Path | None = None
    ) -> None:
        """- socket: passed on as systemd does with a .socket unit; it outlives
        every daemon, so that nobody is refused while there is none.
        - asks_for_tokens: as it does by itself. What is asked here comes with the
        administrator's.
        - certificate: the one that its flags give it."""
        self._binaries = setup.binaries
        self.directory = setup.temporary / name
        self.directory.mkdir()
        self._state = self.directory / "state"
        self._flags = flags
        self._socket = socket
        self._asks_for_tokens = asks_for_tokens
        self._scheme = "https://" if certificate else "http://"
        self._trust = ssl.create_default_context(cafile=certificate) if certificate else None
        self._gates = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._log = self.directory / "log"
        self.url = ""

    # Lifecycle

    def start(self) -> None:
        """Starts it, the first time on a free port, then always on that one."""
        until("the daemon to serve", self._start, limit=30)

    def _start(self) -> bool:
        command: list[str | pathlib.Path] = [
            self._binaries / "jobd", "serve", "--state-dir", self._state,
            "--supervisor", self._binaries / "jobd-supervise",
            # What is tried here is how streams are read, by clients that know no token.
            "--no-auth", *self._flags]
        if self._socket:
            command = self._socket.passed_to(command)
        else:
            command += ["--listen", self.url.removeprefix(self._scheme) or "127.0.0.1:0"]
        if self._asks_for_tokens:
            command = [word for word in command if word != "--no-auth"]
        with self._log.open("ab") as log:
            self._process = process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                pass_fds=[self._socket.descriptor] if self._socket else [])
        until("an answer of the daemon",
              lambda: process.poll() is not None or self._answers(), limit=30)
        if process.returncode is None:
            return True
        # While it was away another program may have used the port for a
        # connection of its own: that passes.
        assert process.returncode == PORT_TAKEN and self.url, (
            f"jobd exited with {process.returncode}: {self.log_tail()}")
        return False

    def _answers(self) -> bool:
        if not self.url:
            self.url = self._address()
        if not self.url:
            return False
        try:
            with self._open(f"{self.url}/health", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def _address(self) -> str:
        try:
            lines = (self._state / "address").read_text().splitlines()
        except FileNotFoundError:
            return ""
        return next((line for line in lines if line.startswith(self._scheme)), "")

    def restart(self, by: signal.Signals = signal.SIGKILL) -> None:
        """Ends it with the signal and starts it again on the same port."""
        self.end(by)
        self.start()

    def end(self, by: signal.Signals = signal.SIGTERM) -> None:
        """Ends it; an orderly end must be one within 20 s, streams or not."""
        process = self._process
        if process is None:
            return
        process.send_signal(by)
        try:
            code = process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"jobd did not stop on {by.name}: {self.log_tail()}") from None
        finally:
            self._process = None
        wanted = 0 if by == signal.SIGTERM else -by
        assert code == wanted, f"jobd exited with {code} on {by.name}: {self.log_tail()}"

    @contextlib.contextmanager
    def running(self) -> Iterator["Daemon"]:
        """Started, and at the end stopped, with nothing left running."""
        self.start()
        try:
            yield self
        finally:
            if self._process is None:
                self.start()
            self._end_jobs()
            self.end()

    def _end_jobs(self) -> None:
        for job in self.get("/jobs?limit=1000")["jobs"]:
            if job["state"] not in FINISHED:
                # It may end by itself meanwhile, which is as well.
                with contextlib.suppress(AssertionError):
                    self._post(f"/jobs/{job['id']}/cancel", {"grace_seconds": 0})
        until("all jobs to have ended", lambda: all(
            job["state"] in FINISHED for job in self.get("/jobs?limit=1000")["jobs"]))

    def log_tail(self) -> str:
        """The last of what it has logged."""
        return self._log.read_text(errors="replace")[-1000:]

    # Jobs

    def submit(self, command: str, gate: Gate | None = None, **fields: object) -> Job:
        """Submits shell text."""
        answer = self._post("/jobs", {"command": command, **fields})
        return Job(answer["id"], f"{self.url}/jobs/{answer['id']}", gate)

    def submit_counting(self) -> Job:
        """Submits a job that tells its progress and waits at its gate."""
        gate = self.gate()
        return self.submit(counting(gate), gate)

    def gate(self) -> Gate:
        """A gate that is shut."""
        return Gate(self.directory / f"gate-{next(self._gates)}")

    def until_finished(self, job: Job) -> dict:
        """The job, once it has ended."""

        def finished() -> dict | None:
            answer = self.get(f"/jobs/{job.id}")
            return answer if answer["state"] in FINISHED else None

        return until(f"job {job.id} to end", finished)

    def history(self, job: Job, limit: int = 5) -> list[dict]:
        """All events of a finished job, by pages of the JSON form."""
        self.until_finished(job)
        events: list[dict] = []
        after: int | None = 0
        while after is not None:
            page = self.get(f"/jobs/{job.id}/progress?limit={limit}&after={after}")
            assert page["events"] or page["next_after"] is None, f"no headway: {page}"
            events += page["events"]
            after = page["next_after"]
        return events

    def output(self, job: Job) -> bytes:
        """All that a finished job wrote."""
        self.until_finished(job)
        with self._open(f"{job.url}/output") as answer:
            return answer.read()

    def set_queue(self, name: str, **fields: object) -> None:
        """Makes or changes a queue."""
        self._send("PUT", f"/queues/{name}", fields)

    # Plain HTTP, by none of the clients under test

    @property
    def token(self) -> str:
        """The administrator's, which the daemon has made by itself."""
        return (self._state / "token").read_text().strip()

    def _open(
        self, request: urllib.request.Request | str, timeout: float = 30
    ) -> contextlib.AbstractContextManager:
        return urllib.request.urlopen(request, timeout=timeout, context=self._trust)

    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self._asks_for_tokens else {}

    def get(self, path: str) -> dict:
        """A JSON document."""
        request = urllib.request.Request(
            self.url + path, headers={"Accept": "application/json", **self._authorization()})
        with self._open(request) as answer:
            return json.load(answer)

    def _post(self, path: str, body: dict) -> dict:
        return self._send("POST", path, body)

    def _send(self, method: str, path: str, body: dict) -> dict:
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(),
            {"Content-Type": "application/json", **self._authorization()}, method=method)
        try:
            with self._open(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.code} {error.read().decode()}") from None
