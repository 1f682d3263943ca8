"""curl against everything else that streams and output promise."""

import json
import socket
import subprocess
import tempfile
import urllib.parse

from harness.daemon import Daemon
from harness.events import assert_same
from harness.job import Job
from harness.report import Report
from harness.setup import Setup
from harness.waiting import until
from readers.curl import Curl

FLAGS = ("--progress-interval-seconds", "0.02")
EVENT_STREAM = "text/event-stream"


class Answer:
    """What curl received, its last header block apart from the body."""

    def __init__(self, *arguments: str) -> None:
        with tempfile.NamedTemporaryFile() as headers:
            finished = subprocess.run(
                ["curl", "-sSN", "--max-time", "60", "-D", headers.name, *arguments],
                capture_output=True, check=True)
            lines = headers.read().decode().splitlines()
        self.body = finished.stdout
        self.status = int(lines[0].split()[1])
        self.headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:] if line)
        }


def run(setup: Setup, report: Report) -> None:
    """All of them, against one job that has ended and several that run."""
    if reason := Curl().missing():
        report.missing("curl, in detail", reason)
        return
    with Daemon(setup, "details", *FLAGS).running() as daemon:
        job = daemon.submit(
            "for i in 1 2 3 4 5; do echo \"$((i*20))% complete\"; echo \"note $i\" >&2; "
            "sleep 0.06; done; printf unfinished")
        daemon.until_finished(job)
        streams(daemon, job, report)
        cursors(daemon, job, report)
        one_point_zero(job, report)
        raw_output(daemon, job, report)
        live(daemon, report)


def streams(daemon: Daemon, job: Job, report: Report) -> None:
    """What the head of a stream says."""
    for path, accept in [("progress", "*/*"), ("output", EVENT_STREAM)]:
        with report.check(f"curl: the headers of {path} as events; --compressed changes nothing"):
            answer = Answer("--compressed", "-H", f"Accept: {accept}", f"{job.url}/{path}")
            assert answer.status == 200, answer.status
            wanted = {
                "content-type": EVENT_STREAM,
                "cache-control": "no-store, no-transform",
                "x-accel-buffering": "no",
            }
            assert wanted.items() <= answer.headers.items(), answer.headers
            assert "content-encoding" not in answer.headers, answer.headers
            assert answer.body.startswith(b"retry: 1000\n\n"), answer.body[:40]
    with report.check("curl: --compressed changes nothing in raw output"):
        answer = Answer("--compressed", f"{job.url}/output")
        assert "content-encoding" not in answer.headers, answer.headers
        assert answer.body == daemon.output(job), answer.body
    with report.check("curl: format=text says `N% complete`"):
        body = Answer(f"{job.url}/progress?format=text").body.decode()
        texts = [line for line in body.splitlines() if line.startswith("data: ")]
        texts = [line.removeprefix("data: ") for line in texts if "{" not in line]
        # Some may have been coalesced; the last one never is lost.
        all_texts = [f"{percent}% complete" for percent in (20, 40, 60, 80, 100)]
        assert texts and texts[-1] == all_texts[-1], texts
        assert texts == [text for text in all_texts if text in texts], texts
    with report.check("curl: HEAD of a job, its progress and its output"):
        assert Answer("-I", job.url).headers["content-type"] == "application/json"
        progress = Answer("-I", f"{job.url}/progress")
        assert progress.status == 200, progress.status
        assert progress.headers["content-type"] == EVENT_STREAM, progress.headers
        output = Answer("-I", f"{job.url}/output")
        size = len(daemon.output(job))
        assert output.headers["content-length"] == str(size), output.headers
        assert output.headers["accept-ranges"] == "bytes", output.headers
    with report.check("curl: HEAD announces no length that GET would not have"):
        # RFC 9110, 8.6: it is the length of what GET would send, or is not there.
        for accept, path in [("*/*", "progress"), (EVENT_STREAM, "output")]:
            answer = Answer("-I", "-H", f"Accept: {accept}", f"{job.url}/{path}")
            assert "content-length" not in answer.headers, (path, answer.headers)


def cursors(daemon: Daemon, job: Job, report: Report) -> None:
    """Where a stream goes on from."""
    history = daemon.history(job)
    url, middle, last = f"{job.url}/progress", history[2]["id"], history[-1]["id"]
    with report.check("curl: ?after= and Last-Event-ID go on alike; the header wins"):
        rest = history[3:]
        assert_same(list(Curl().read(f"{url}?after={middle}", None)), rest)
        assert_same(list(Curl().read(url, str(middle))), rest)
        assert_same(list(Curl().read(f"{url}?after=0", str(middle))), rest)
        assert_same(list(Curl().read(f"{url}?after=0", None)), history)
    with report.check("curl: ?after= the end gets 204 too"):
        assert Answer(f"{url}?after={last}").status == 204
    with report.check("curl: an id never issued gets `reset` and the whole history"):
        reset, *events = Curl().read(url, str(last + 1_000_000))
        assert reset.name == "reset" and reset.data["id"] == job.id, reset
        assert_same(events, history)
    with report.check("curl: an id that is no number gets 400 and says so"):
        answer = Answer("-H", "Last-Event-ID: abc", url)
        assert answer.status == 400, answer.status
        assert answer.headers["content-type"] == "application/problem+json", answer.headers
        assert json.loads(answer.body)["code"] == "malformed_request", answer.body
    with report.check("curl: an unknown job gets 404, as events too"):
        missing = f"{daemon.url}/jobs/999999/progress"
        answer = Answer("-H", f"Accept: {EVENT_STREAM}", missing)
        assert answer.status == 404, answer.status
        assert json.loads(answer.body)["code"] == "job_not_found", answer.body


def one_point_zero(job: Job, report: Report) -> None:
    """HTTP/1.0, which some proxies still speak to what is behind them."""
    with report.check("curl: --http1.0 reads the stream and the output"):
        for path in ("progress", "output"):
            answer = Answer("--http1.0", f"{job.url}/{path}")
            assert answer.body == Answer(f"{job.url}/{path}").body, answer.body
    with report.check("HTTP/1.0: the stream is not chunked, and its end is the connection's"):
        # RFC 9112, 6.1: no Transfer-Encoding unless the request was HTTP/1.1.
        parts = urllib.parse.urlsplit(job.url)
        assert parts.hostname and parts.port
        with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
            connection.sendall(
                f"GET {parts.path}/progress HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
        head, _, body = answer.partition(b"\r\n\r\n")
        assert b"transfer-encoding" not in head.lower(), head.decode()
        assert body.startswith(b"retry: 1000\n\n"), body[:40]


def raw_output(daemon: Daemon, job: Job, report: Report) -> None:
    """What the job wrote, whole and in part."""
    url, whole = f"{job.url}/output", daemon.output(job)
    size = len(whole)
    with report.check("curl: output is what the job wrote, by stream too"):
        stdout = "".join(f"{i * 20}% complete\n" for i in range(1, 6)).encode() + b"unfinished"
        stderr = "".join(f"note {i}\n" for i in range(1, 6)).encode()
        assert Answer(f"{url}?stream=stdout").body == stdout
        assert Answer(f"{url}?stream=stderr").body == stderr
        assert Answer(f"{url}?attempt=1").body == whole
        assert size == len(stdout) + len(stderr), whole
    with report.check("curl: -r gives parts of output, 206 and where they are"):
        for asked, first, end in [
            ("0-9", 0, 10), ("-5", size - 5, size), ("7-", 7, size), ("20-20", 20, 21),
            (f"{size - 1}-{size + 100}", size - 1, size), (f"-{size + 100}", 0, size),
        ]:
            answer = Answer("-r", asked, url)
            assert answer.status == 206, (asked, answer.status)
            assert answer.body == whole[first:end], (asked, answer.body)
            place = f"bytes {first}-{end - 1}/{size}"
            assert answer.headers["content-range"] == place, (asked, answer.headers)
        part = Answer("-r", "0-9", f"{url}?stream=stderr")
        assert part.body == b"note 1\nnot", part.body
    with report.check("curl: -r behind the end gets 416 and the size"):
        answer = Answer("-r", f"{size}-", url)
        assert answer.status == 416, answer.status
        assert answer.headers["content-range"] == f"bytes */{size}", answer.headers
    with report.check("curl: -C - completes a download that broke off"):
        with tempfile.NamedTemporaryFile() as partial:
            partial.write(whole[:23])
            partial.flush()
            subprocess.run(
                ["curl", "-sS", "--max-time", "60", "-C", "-", "-o", partial.name, url],
                check=True)
            partial.seek(0)
            assert partial.read() == whole
    with report.check("curl: ?tail= gives the last lines"):
        for lines, stream in [(3, ""), (1, ""), (0, ""), (1000, ""), (2, "stderr"), (2, "stdout")]:
            chosen = f"&stream={stream}" if stream else ""
            all_of_it = Answer(f"{url}?{chosen}").body.splitlines(keepends=True)
            wanted = b"".join(all_of_it[-lines:]) if lines else b""
            answer = Answer(f"{url}?tail={lines}{chosen}")
            assert answer.body == wanted, (lines, stream, answer.body, wanted)


def live(daemon: Daemon, report: Report) -> None:
    """While a job runs."""
    with report.check("curl: two streams of one job at the same time, both live"):
        job = daemon.submit_counting()
        url = f"{job.url}/progress"
        with (
            Started(url) as first, Started(url, "-H", "Accept: application/x-ndjson") as second,
        ):
            # The job cannot go on before both have been told so far.
            until("both to be told", lambda: all(
                b'"fraction":0.48' in each.received() for each in (first, second)))
            assert daemon.get(f"/jobs/{job.id}")["state"] == "running"
            assert job.gate
            job.gate.open()
            first.finish()
            second.finish()
            # The texts are those of the page, so the bytes hold every event once.
            ids = [str(event["id"]) for event in daemon.history(job)]
            sse = [line[4:] for line in first.received().decode().splitlines()
                   if line.startswith("id: ")]
            ndjson = [str(json.loads(line)["id"])
                      for line in second.received().splitlines() if line]
            assert (sse, ndjson) == (ids, ids), (sse, ndjson, ids)
    with report.check("curl: ?follow=1 gives output as it is written, to the job's end"):
        job = daemon.submit_counting()
        with Started(f"{job.url}/output?follow=1") as all_of_it:
            until("the line at the gate", lambda: b"48% complete\n" in all_of_it.received())
            with Started(f"{job.url}/output?follow=1&tail=1") as tail:
                until("the last line so far", lambda: b"48% complete\n" in tail.received())
                assert job.gate
                job.gate.open()
                all_of_it.finish()
                tail.finish()
                whole = daemon.output(job)
                assert all_of_it.received() == whole, all_of_it.received()
                assert tail.received() == whole[whole.index(b"48%"):], tail.received()
    with report.check("curl: a plain GET of output does not wait for a running job"):
        job = daemon.submit_counting()
        with Started(f"{job.url}/output?follow=1") as follower:
            until("the line at the gate", lambda: b"48% complete\n" in follower.received())
            answer = Answer(f"{job.url}/output")
            assert answer.body.endswith(b"48% complete\n"), answer.body
            assert answer.headers["content-length"] == str(len(answer.body)), answer.headers
            assert job.gate
            job.gate.open()
            follower.finish()


class Started:
    """A curl that runs, what it has received so far in a file."""

    def __init__(self, *arguments: str) -> None:
        self._file = tempfile.NamedTemporaryFile()
        self._process = subprocess.Popen(
            ["curl", "-sSN", "--max-time", "60", *arguments], stdout=self._file)

    def __enter__(self) -> "Started":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        self._file.close()

    def received(self) -> bytes:
        """So far."""
        with open(self._file.name, "rb") as file:
            return file.read()

    def finish(self) -> None:
        """Waits for it to end by itself, without an error."""
        code = self._process.wait(timeout=60)
        assert code == 0, f"curl exited with {code}"
