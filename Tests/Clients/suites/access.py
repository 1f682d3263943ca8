"""Pages of other sites, in a real browser, get nothing of jobd; a listed origin does."""

import contextlib
import http.server
import shutil
import threading
import urllib.request
from collections.abc import Iterator

from selenium import webdriver

from harness.daemon import Daemon
from harness.report import Report
from harness.setup import Setup
from harness.waiting import until
from suites.browser import PAGES, Quiet, browsing

# Names that somebody else could have pointed at this machine.
FOREIGN = "evil.example"
REBOUND = "rebind.example"
RESOLVER = f"--host-resolver-rules=MAP {FOREIGN} 127.0.0.1, MAP {REBOUND} 127.0.0.1"

# What a same-origin page asks, and is told: statuses in this order.
ASK_ALL = """
const done = arguments[arguments.length - 1];
const [path] = arguments;
const json = { "Content-Type": "application/json" };
const status = (target, options) => fetch(target, options).then((a) => a.status, () => 0);
const streamed = new Promise((resolve) => {
  const source = new EventSource("/events");
  source.onopen = () => { source.close(); resolve(200); };
  source.onerror = () => { source.close(); resolve(0); };
});
Promise.all([
  status("/jobs"),
  status("/jobs", { method: "POST", headers: json,
    body: JSON.stringify({ command: ["touch", path] }) }),
  streamed,
]).then(done);
"""

SIGN_IN = """
const done = arguments[arguments.length - 1];
fetch("/session", { method: "POST", headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ token: arguments[0] }) }).then((a) => done(a.status), () => done(0));
"""

ATTACK = """
const done = arguments[arguments.length - 1];
window.attack(arguments[0], arguments[1]).then(done, (error) => done(`${error}`));
"""

# What a page of a listed origin does with a token: submits, gets a ticket, follows.
FOLLOW = """
const done = arguments[arguments.length - 1];
const [daemon, token] = arguments;
const headers = {
  "Content-Type": "application/json", Authorization: `Bearer ${token}`,
  "Idempotency-Key": "once",
};
const ask = async (path, body) => {
  const answer = await fetch(daemon + path, {
    method: "POST", headers, body: JSON.stringify(body) });
  return { status: answer.status, location: answer.headers.get("Location"),
    body: await answer.json() };
};
(async () => {
  const job = await ask("/jobs", { command: "echo 100%" });
  const ticket = await ask(`/jobs/${job.body.id}/ticket`, {});
  const messages = await new Promise((resolve) => {
    const seen = [];
    const source = new EventSource(
      `${daemon}/jobs/${job.body.id}/progress?format=text&ticket=${ticket.body.ticket}`);
    source.onmessage = (event) => { seen.push(event.data); };
    source.addEventListener("end", () => { source.close(); resolve(seen); });
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) resolve(["closed"]);
    };
  });
  return { job: job.status, location: job.location, ticket: ticket.status, messages };
})().then(done, (error) => done({ error: `${error}` }));
"""


def run(setup: Setup, report: Report) -> None:
    """The checks of pages in Chromium."""
    programs = {name: shutil.which(name) for name in ("chromium", "chromedriver")}
    if absent := [name for name, path in programs.items() if not path]:
        report.missing("Chromium, access", f"not installed: {', '.join(absent)}")
        return
    with serving() as port, browsing(programs, RESOLVER) as browser:
        browser.set_script_timeout(60)
        listed = f"http://localhost:{port}"
        # Another port is another origin, but the same site: cookies are sent there.
        others = [f"http://{host}:{port}"
                  for host in ("127.0.0.1", "127.0.0.2", "evil.localhost", FOREIGN)]
        flags = ("--cors-origins", listed)
        guarded = Daemon(setup, "access", *flags, asks_for_tokens=True)
        with guarded.running():
            attacks(report, browser, guarded, others, "who is not signed in")
            rebinding(report, browser, guarded)
            listing(report, browser, guarded, listed, others)
            signed_in(report, browser, guarded, others)
        unguarded = Daemon(setup, "no-auth", *flags)
        with unguarded.running():
            attacks(report, browser, unguarded, others, "of a daemon without tokens")
            rebinding(report, browser, unguarded)


def attacks(
    report: Report, browser: webdriver.Chrome, daemon: Daemon, origins: list[str], whose: str
) -> None:
    """What pages of these origins try, in the browser of somebody."""
    for origin in origins:
        with report.check(f"Chromium: a page of {host(origin)} gets nothing in the browser "
                          f"of somebody {whose}"):
            directory = daemon.directory / f"ran-{len(list(daemon.directory.iterdir()))}"
            directory.mkdir()
            before = newest(daemon)
            browser.get(f"{origin}/attack.html")
            read = browser.execute_async_script(ATTACK, daemon.url, str(directory))
            assert read == [], f"the page was told {read}"
            assert newest(daemon) == before, f"jobs were made: {daemon.get('/jobs')}"
            assert list(directory.iterdir()) == [], list(directory.iterdir())


def rebinding(report: Report, browser: webdriver.Chrome, daemon: Daemon) -> None:
    """A name that was pointed at this machine: all of it is one origin to the browser."""
    with report.check("Chromium: a name that was pointed at this machine gets nothing"):
        before = newest(daemon)
        port = daemon.url.rsplit(":", 1)[1]
        marker = daemon.directory / "rebound"
        browser.get(f"http://{REBOUND}:{port}/health")
        statuses = browser.execute_async_script(ASK_ALL, str(marker))
        assert statuses == [421, 421, 0], statuses
        assert newest(daemon) == before and not marker.exists()


def signed_in(
    report: Report, browser: webdriver.Chrome, daemon: Daemon, origins: list[str]
) -> None:
    """A session's cookie is of use to jobd's own pages only."""
    with report.check("Chromium: a page of jobd itself can sign in and run a job"):
        browser.get(f"{daemon.url}/health")
        marker = daemon.directory / "own"
        assert browser.execute_async_script(ASK_ALL, str(marker)) == [401, 401, 0]
        assert browser.execute_async_script(SIGN_IN, daemon.token) == 200
        assert browser.execute_script("return document.cookie") == "", "a script sees the cookie"
        assert browser.execute_async_script(ASK_ALL, str(marker)) == [200, 201, 200]
        until("the job to run", marker.exists)
    attacks(report, browser, daemon, origins, "who is signed in")
    # It was not because the cookie had gone.
    with report.check("Chromium: whoever was attacked is still signed in"):
        browser.get(f"{daemon.url}/health")
        marker = daemon.directory / "still"
        assert browser.execute_async_script(ASK_ALL, str(marker)) == [200, 201, 200]
        until("the job to run", marker.exists)
    rebinding(report, browser, daemon)
    with report.check("Chromium: the dashboard cannot be put into a frame"):
        headers = page_headers(daemon)
        policy = headers.get("Content-Security-Policy", "")
        assert "frame-ancestors 'none'" in policy, headers


def listing(
    report: Report, browser: webdriver.Chrome, daemon: Daemon, listed: str, others: list[str]
) -> None:
    """A page of a listed origin works with a token, and with a ticket."""
    with report.check("Chromium: a listed origin submits with a token and follows by a ticket"):
        browser.get(f"{listed}/attack.html")
        seen = browser.execute_async_script(FOLLOW, daemon.url, daemon.token)
        assert seen == {
            "job": 201, "location": seen.get("location"), "ticket": 201,
            "messages": ["100% complete"],
        }, seen
        assert seen["location"].startswith("/jobs/"), seen
    with report.check("Chromium: an origin that is not listed cannot, though it has the token"):
        browser.get(f"{others[0]}/attack.html")
        seen = browser.execute_async_script(FOLLOW, daemon.url, daemon.token)
        assert "error" in seen, seen
    with report.check("Chromium: a listed origin without a token gets nothing"):
        browser.get(f"{listed}/attack.html")
        before = newest(daemon)
        status = browser.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "fetch(`${arguments[0]}/jobs`).then((a) => done(a.status), () => done(0));",
            daemon.url)
        assert status == 401, status
        assert newest(daemon) == before


def newest(daemon: Daemon) -> int:
    """The id of the newest job; 0 when there is none."""
    jobs = daemon.get("/jobs?limit=1")["jobs"]
    return jobs[0]["id"] if jobs else 0


def host(origin: str) -> str:
    """What is between the scheme and the port."""
    return origin.removeprefix("http://").rsplit(":", 1)[0]


def page_headers(daemon: Daemon) -> dict:
    """With what the dashboard comes."""
    with urllib.request.urlopen(f"{daemon.url}/", timeout=30) as answer:
        return dict(answer.headers)


@contextlib.contextmanager
def serving() -> Iterator[int]:
    """The pages, on a port of all of this machine's own addresses."""

    class Pages(Quiet):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, directory=PAGES, **options)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    port = server.server_port
    # Its other addresses, so that the names above all lead to the same pages.
    second = http.server.ThreadingHTTPServer(("127.0.0.2", port), Pages)
    for each in (server, second):
        threading.Thread(target=each.serve_forever, daemon=True).start()
    try:
        yield port
    finally:
        for each in (server, second):
            each.shutdown()
            each.server_close()
