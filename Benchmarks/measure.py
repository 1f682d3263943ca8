"""Measures a jobd: start, idling, memory of a job, latency, resume, jobs a second.

Each figure stands beside a limit or a peer that is measured in the same run.
Needs Python's standard library only; sqlite3 for the million events.
"""

import http.client
import json
import os
import random
import resource
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

PAGE = os.sysconf("SC_PAGE_SIZE")
TICK = os.sysconf("SC_CLK_TCK")


class Daemon:
    """A daemon on a state directory of its own."""

    def __init__(self, programs, state=None, *arguments):
        self.programs = programs
        self.state = state or tempfile.mkdtemp(prefix="jobd-bench-")
        self.arguments = arguments
        self.start()

    def start(self):
        begin = time.perf_counter()
        address = os.path.join(self.state, "address")
        if os.path.exists(address):
            os.unlink(address)
        self.process = subprocess.Popen(
            [f"{self.programs}/jobd", "serve", "--state-dir", self.state,
             "--listen", "127.0.0.1:0", "--log-level", "error", *self.arguments])
        while not os.path.exists(address):
            time.sleep(0.0005)
            assert self.process.poll() is None, "the daemon did not start"
        with open(address) as file:
            self.port = int(file.readline().rsplit(":", 1)[1])
        # As it is used: with a token in each request.
        with open(os.path.join(self.state, "token")) as file:
            self.authorization = {"Authorization": f"Bearer {file.read().strip()}"}
        self.request("GET", "/health")
        self.start_seconds = time.perf_counter() - begin

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def remove(self):
        self.stop()
        shutil.rmtree(self.state, ignore_errors=True)

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        headers = {**self.authorization, **(headers or {})}
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body)
        connection.request(method, path, body, headers)
        data = connection.getresponse().read()
        connection.close()
        return json.loads(data) if data else None

    def wait(self, job):
        while self.request("GET", f"/jobs/{job}")["finished_at"] is None:
            time.sleep(0.005)


def resident(pid):
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * PAGE


def cpu(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def stream(daemon, path):
    """Opens a stream and gives the socket's file, past the head."""
    connection = socket.create_connection(("127.0.0.1", daemon.port))
    connection.sendall(
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: {daemon.authorization['Authorization']}\r\n\r\n".encode())
    file = connection.makefile("rb")
    while file.readline().strip():
        pass
    return file


rows = []


def row(name, value, reference):
    rows.append((name, value, reference))
    print(f"{name:<52} {value:<26} {reference}", flush=True)


def start(programs):
    times = []
    for _ in range(15):
        daemon = Daemon(programs)
        times.append(daemon.start_seconds * 1000)
        daemon.remove()
    row("start, empty state, to the first answer",
        f"median {statistics.median(times):.0f} ms", f"limit 100 ms; worst {max(times):.0f}")


def idle(programs):
    daemon = Daemon(programs)
    time.sleep(1)
    pid = daemon.process.pid
    before = cpu(pid)
    time.sleep(20)
    row("idle for 20 s", f"{(cpu(pid) - before) * 1000:.0f} ms of CPU, "
        f"{resident(pid) / 2**20:.1f} MB", "limit: none, 40 MB")
    daemon.remove()


def job_memory(programs):
    count = 50
    daemon = Daemon(programs, None, "--slots", str(count))
    daemon.wait(daemon.request("POST", "/jobs", {"command": ["true"]})["id"])
    pid = daemon.process.pid
    before = resident(pid)
    ids = [daemon.request("POST", "/jobs", {"command": ["sleep", "1000"]})["id"]
           for _ in range(count)]
    while len(supervisors(daemon)) < count:
        time.sleep(0.05)
    time.sleep(1)
    own = (resident(pid) - before) / count
    supervisor = sum(map(resident, supervisors(daemon))) / count
    row("a running job adds, resident",
        f"{(own + supervisor) / 2**20:.2f} MB", f"limit 1.5 MB (supervisor {supervisor / 2**20:.2f})")
    for job in ids:
        daemon.request("POST", f"/jobs/{job}/cancel", {"signal": "KILL"})
    for job in ids:
        daemon.wait(job)
    daemon.remove()


def supervisors(daemon):
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
            except OSError:
                continue
            if words[0].endswith(b"/jobd-supervise") and words[1].startswith(daemon.state.encode()):
                found.append(int(name))
    return found


LINES = """
import sys, time
for i in range(1, 301):
    sys.stdout.write(f"[{i}/300] {time.time_ns()}\\n"); sys.stdout.flush(); time.sleep(0.02)
"""


def latency(programs):
    daemon = Daemon(programs, None, "--progress-interval-seconds", "0.01")
    job = daemon.request("POST", "/jobs", {"command": [sys.executable, "-c", LINES]})["id"]
    delays = []
    file = stream(daemon, f"/jobs/{job}/progress")
    for line in file:
        now = time.time_ns()
        if line.startswith(b"data:") and b'"message":"' in line:
            delays.append((now - int(json.loads(line[5:])["message"])) / 1e6)
        if line.startswith(b"event: end"):
            break
    delays.sort()
    row("write in the command to frame at the client",
        f"median {statistics.median(delays):.2f} ms",
        f"limit 5 ms; p99 {delays[int(len(delays) * 0.99)]:.2f}, {len(delays)} events")
    daemon.remove()


def resume(programs):
    daemon = Daemon(programs)
    jobs = {}
    for count in (1_000, 1_000_000):
        jobs[count] = daemon.request("POST", "/jobs", {"command": ["true"]})["id"]
        daemon.wait(jobs[count])
    daemon.stop()
    database = sqlite3.connect(os.path.join(daemon.state, "jobd.db"))
    ends = {}
    for count, job in jobs.items():
        database.execute("DELETE FROM events WHERE job_id = ? AND kind = 'end'", (job,))
        database.executemany(
            "INSERT INTO events (job_id, time, attempt, kind, fraction, source) "
            "VALUES (?, ?, 1, 'progress', ?, 'percent')",
            ((job, 1_700_000_000_000_000 + i, i / count) for i in range(count)))
        database.execute(
            "INSERT INTO events (job_id, time, attempt, kind, state, exit_code) "
            "VALUES (?, 1800000000000000, 1, 'end', 'succeeded', 0)", (job,))
        ends[count] = database.execute("SELECT max(id) FROM events").fetchone()[0]
    database.commit()
    database.close()
    daemon.start()
    medians = {}
    for count in jobs:
        times = []
        for _ in range(300):
            begin = time.perf_counter()
            file = stream(daemon, f"/jobs/{jobs[count]}/progress?after={ends[count] - 10}")
            while not file.readline().startswith(b"event: end"):
                pass
            times.append((time.perf_counter() - begin) * 1000)
        medians[count] = statistics.median(times)
    row("resume 10 events before the end, of a million",
        f"median {medians[1_000_000]:.2f} ms", f"of a thousand: {medians[1_000]:.2f} ms")
    daemon.remove()


def throughput(programs):
    count = 1000
    daemon = Daemon(programs, None, "--slots", "4")
    begin = time.perf_counter()

    def submit():
        connection = http.client.HTTPConnection("127.0.0.1", daemon.port)
        for _ in range(count // 4):
            connection.request("POST", "/jobs", '{"command": ["true"]}',
                               {"Content-Type": "application/json", **daemon.authorization})
            connection.getresponse().read()

    threads = [threading.Thread(target=submit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while True:
        ready = daemon.request("GET", "/ready")
        if ready["queued"] + ready["running"] == 0:
            break
        time.sleep(0.01)
    rate = count / (time.perf_counter() - begin)
    daemon.remove()
    begin = time.perf_counter()
    subprocess.run("seq 1000 | xargs -P4 -n1 true", shell=True, check=True)
    xargs = 1000 / (time.perf_counter() - begin)
    spooler = "task-spooler is not installed"
    tsp = shutil.which("tsp")
    if tsp:
        directory = tempfile.mkdtemp(prefix="jobd-bench-")
        environment = dict(os.environ, TS_SOCKET=f"{directory}/socket", TMPDIR=directory,
                           TS_MAXFINISHED="10")
        subprocess.run([tsp, "-S", "4"], env=environment, check=True)
        begin = time.perf_counter()
        for _ in range(count):
            subprocess.run([tsp, "true"], env=environment, stdout=subprocess.DEVNULL, check=True)
        subprocess.run([tsp, "-w"], env=environment, check=False)
        spooler = f"task-spooler {count / (time.perf_counter() - begin):.0f}/s"
        subprocess.run([tsp, "-K"], env=environment, check=False)
        shutil.rmtree(directory, ignore_errors=True)
    row("`true`, submitted by HTTP and run, 4 slots", f"{rate:.0f}/s",
        f"xargs -P4 {xargs:.0f}/s; {spooler}")


def fan_out(programs):
    """Many clients of one stream, in processes of their own."""
    clients, seconds = 500, 5
    daemon = Daemon(programs, None, "--progress-interval-seconds", "0.01")
    command = ("for i in $(seq 1 %d); do echo \"$i/%d\"; sleep 0.01; done > $JOBD_PROGRESS"
               % (seconds * 90, seconds * 90))
    job = daemon.request("POST", "/jobs", {"command": "sleep 2; " + command})["id"]
    files = [stream(daemon, f"/jobs/{job}/progress") for _ in range(clients)]
    before = cpu(daemon.process.pid)
    begin = time.perf_counter()
    counts = [0]
    lock = threading.Lock()

    def read(share):
        import selectors
        selector = selectors.DefaultSelector()
        count, open_files = 0, len(share)
        for file in share:
            selector.register(file.raw if hasattr(file, "raw") else file, selectors.EVENT_READ)
        while open_files:
            for key, _ in selector.select():
                data = os.read(key.fileobj.fileno(), 1 << 16)
                count += data.count(b"\nid: ") + data.startswith(b"id: ")
                if b"event: end" in data or not data:
                    selector.unregister(key.fileobj)
                    open_files -= 1
        with lock:
            counts[0] += count

    read(files)
    elapsed = time.perf_counter() - begin
    row(f"one stream, {clients} clients",
        f"{counts[0] / (elapsed - 2):.0f} events/s delivered",
        f"{(cpu(daemon.process.pid) - before) / (elapsed - 2) * 100:.0f} % of a core in jobd")
    daemon.remove()


def claim(programs):
    """Choosing what starts next, with few and with very many that wait."""
    cost = json.loads(subprocess.check_output([f"{programs}/ClaimCost"]))
    few, many = cost["few"], cost["many"]
    row("a look for work that finds none, 100,000 wait",
        f"median {many['idle_us']:.0f} µs",
        f"an empty transaction {many['empty_us']:.0f} µs; with 3,000 jobs {few['idle_us']:.0f}")
    row("a claim of the next of 100,000 in 100 queues",
        f"median {many['claim_us']:.0f} µs",
        f"of 3,000 jobs in one queue {few['claim_us']:.0f} µs")


def recognition(programs):
    """Finding progress in output, against grep looking for percentages in it."""
    folder = os.path.join(os.path.dirname(__file__), "..", "Tests", "Captures")
    with tempfile.TemporaryDirectory(dir="/dev/shm") as directory:
        file = os.path.join(directory, "text")
        for name, text in ordinary_texts().items():
            own, peer = recognition_seconds(programs, file, text, 128 << 20)
            row(f"output without progress: {name}", f"{128 / own:.0f} MiB/s",
                f"grep {128 / peer:.0f} MiB/s: {peer / own:.2f} of it")
        ratios = {}
        for path, _, names in os.walk(folder):
            for name in names:
                if not name.endswith(".cast"):
                    continue
                with open(os.path.join(path, name), encoding="utf-8") as cast:
                    next(cast)
                    text = "".join(json.loads(line)[2] for line in cast)
                if not text:
                    continue
                own, peer = recognition_seconds(programs, file, text.encode(), 8 << 20)
                ratios[os.path.relpath(os.path.join(path, name), folder)] = (peer / own, 8 / own)
        ordered = sorted(ratios.items(), key=lambda item: item[1])
        row(f"recordings of tools ({len(ordered)})",
            f"median {statistics.median(speed for _, speed in ratios.values()):.0f} MiB/s",
            f"median {statistics.median(ratio for ratio, _ in ratios.values()):.2f} of grep")
        for name, (ratio, speed) in ordered[:5]:
            row(f"  slowest: {name}", f"{speed:.0f} MiB/s", f"{ratio:.2f} of grep")


def recognition_seconds(programs, file, text, size):
    """The least processor time that recognition takes for `text`, repeated to
    `size`, and that grep takes for the same."""
    with open(file, "wb") as output:
        output.write((text * (size // len(text) + 1))[:size])

    def least(command):
        best = float("inf")
        for _ in range(3):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            with open(file, "rb") as source:
                subprocess.run(command, stdin=source, stdout=subprocess.DEVNULL, check=False)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            best = min(best, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
        return max(best, 0.001)

    return (least([f"{programs}/RecognitionSpeed"]),
            least(["grep", "-c", "-E", "[0-9]+%"]))


def ordinary_texts():
    """Logs as they are: made up, but the same in each run."""
    choose = random.Random(1)
    words = ("the quick service started listening on port with worker connection closed by "
             "peer request handled error while reading retry scheduled cache user").split()

    def sentence():
        return " ".join(choose.choices(words, k=choose.randint(5, 14)))

    def clock():
        return f"10:{choose.randint(10, 59)}:{choose.randint(10, 59)}"

    def repeat(line):
        return ("\n".join(line() for _ in range(5000)) + "\n").encode()

    return {
        "syslog": repeat(lambda: f"Nov 22 {clock()} host sshd[{choose.randint(1, 9999)}]: "
                                 + sentence()),
        "ISO times": repeat(lambda: f"2026-11-22T{clock()}.123Z INFO {sentence()}"),
        "access log": repeat(lambda: f"10.0.{choose.randint(0, 255)}.7 - - [22/Nov/2026:{clock()} "
                                     f"+0000] \"GET /{choose.choice(words)}?q=a%20b HTTP/1.1\" "
                                     f"200 {choose.randint(100, 99999)} \"-\" \"Mozilla/5.0\""),
        "JSON log": repeat(lambda: json.dumps({"time": clock(), "level": "info",
                                               "msg": sentence(), "ms": choose.randint(1, 500)})),
        "short lines": repeat(lambda: " ".join(choose.choices(words, k=choose.randint(1, 4)))),
    }


def main():
    programs = os.path.abspath(sys.argv[1])
    chosen = sys.argv[2:]
    for measure in (start, idle, job_memory, latency, resume, throughput, fan_out,
                    claim, recognition):
        if not chosen or measure.__name__ in chosen:
            measure(programs)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    main()
