"""A browser's EventSource shows a shell loop's `N% complete` as it prints it."""

import contextlib
import functools
import http.server
import os
import pathlib
import shutil
import signal
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from harness.daemon import Daemon
from harness.events import expected
from harness.job import Job
from harness.report import Report
from harness.setup import Setup
from harness.waiting import until

PAGES = pathlib.Path(__file__).parent.parent / "pages"
CLOSED = 2
# The example that the project started from: twice a second, and all of it seen.
LOOP = 'for i in 0 20 40 60 80 100; do echo "$i% complete"; sleep 0.5; done'
SHOWN = [f"{percent}% complete" for percent in (0, 20, 40, 60, 80, 100)]


def run(setup: Setup, report: Report) -> None:
    """The checks of Chromium."""
    programs = installed(report, "Chromium")
    if programs is None:
        return
    with serving_pages() as listed, serving_pages() as unlisted:
        daemon = Daemon(setup, "browser", "--cors-origins", listed)
        with daemon.running(), browsing(programs) as browser:
            with report.check("Chromium: onmessage shows each `N% complete` of a shell loop"):
                job = daemon.submit(LOOP)
                Page(browser, listed, job).assert_shows_all(daemon)
            with report.check("Chromium: shows each once though the daemon is killed midway"):
                job = daemon.submit(LOOP)
                page = Page(browser, listed, job)
                until("40 %", lambda: SHOWN[2] in page.messages())
                assert daemon.get(f"/jobs/{job.id}")["state"] == "running"
                daemon.end(signal.SIGKILL)
                # Once for the connection that broke, once for one refused.
                until("a second error", lambda: len(page.value("errors")) >= 2)
                daemon.start()
                page.assert_shows_all(daemon)
                assert page.value("opened") >= 2, "it never had to connect again"
                browser.save_screenshot(str(setup.artifacts / "browser.png"))
            with report.check("Chromium: a page of an origin that is not listed is refused"):
                page = Page(browser, unlisted, job)
                until("the EventSource to close", lambda: page.value("readyState") == CLOSED)
                assert page.messages() == [] and page.value("opened") == 0, page.messages()
                assert page.value("errors") == [CLOSED], page.value("errors")
                assert refusal(job, unlisted) == 403


class Page:
    """pages/follow.html, open in the browser."""

    def __init__(self, browser: webdriver.Chrome, origin: str, job: Job) -> None:
        stream = urllib.parse.quote(f"{job.url}/progress?format=text", safe="")
        self._browser = browser
        browser.get(f"{origin}/follow.html?stream={stream}")

    def value(self, name: str):
        """A field of what the page keeps of itself."""
        return self._browser.execute_script("return window.observed()[arguments[0]];", name)

    def messages(self) -> list[str]:
        """What the page shows."""
        return [shown["text"] for shown in self.value("messages")]

    def assert_shows_all(self, daemon: Daemon) -> None:
        """The EventSource gets to the end, connects again and closes; the page
        then shows every message once, under the ids of the JSON page."""
        until("the EventSource to close", lambda: self.value("readyState") == CLOSED)
        assert self.messages() == SHOWN, self.messages()
        assert self.value("end") == 1, f"{self.value('end')} times `end`"
        # The last time, it was told 204.
        assert self.value("errors")[-2:] == [0, CLOSED], self.value("errors")
        job = int(self.value("stream").split("/jobs/")[1].split("/")[0])
        history = daemon.get(f"/jobs/{job}/progress?limit=1000")["events"]
        ids = [event.id for event in expected(history) if event.name == "message"]
        assert [shown["id"] for shown in self.value("messages")] == ids, ids


def refusal(job: Job, origin: str) -> int:
    """What the daemon answers such a page; the page itself cannot tell."""
    request = urllib.request.Request(
        f"{job.url}/progress?format=text", headers={"Origin": origin})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing of it."""

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def serving_pages() -> Iterator[str]:
    """The pages, on a port of their own: the origin."""

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=PAGES))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def installed(report: Report, title: str) -> dict[str, str] | None:
    """Chromium and its driver; None when they are not there, which is told."""
    programs = {name: shutil.which(name) for name in ("chromium", "chromedriver")}
    if absent := [name for name, path in programs.items() if not path]:
        report.missing(title, f"not installed: {', '.join(absent)}")
        return None
    return {name: path for name, path in programs.items() if path}


@contextlib.contextmanager
def browsing(programs: dict[str, str], *more: str) -> Iterator[webdriver.Chrome]:
    """Chromium without a window, its profile thrown away afterwards.

    - more: further arguments for it.
    """
    options = Options()
    options.binary_location = programs["chromium"]
    options.add_argument("--headless=new")
    options.add_argument("--window-size=640,480")
    for argument in more:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    # A container's /dev/shm is often too small for a browser.
    options.add_argument("--disable-dev-shm-usage")
    if os.geteuid() == 0:
        # Chromium refuses to run as root with its sandbox. It opens no page
        # here but ours.
        options.add_argument("--no-sandbox")
    browser = webdriver.Chrome(options, Service(programs["chromedriver"]))
    try:
        yield browser
    finally:
        browser.quit()
