"""The dashboard in a browser: live, by keyboard, and safe from what jobs say."""

import contextlib
import json
import pathlib
import shlex
import signal
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from harness.daemon import Daemon
from harness.job import HELD_AT, Job
from harness.report import Report
from harness.setup import Setup
from harness.waiting import until
from suites.browser import browsing, installed

HOSTILE = "<img src=x onerror='window.hit=1'><script>window.hit=1</script>\u202e"
# Before any script of the page: what its policy refused, and what it said of it.
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
    window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
# A daemon with a definition, in place of its routes.
DEFINITIONS = """
window.sent = [];
const send = window.fetch;
const parameter = (name, type, more) => ({name, type, description: null, required: false,
    secret: false, default: null, choices: null, ...more});
window.fetch = async (path, options = {}) => {
    const answer = (status, body) => new Response(JSON.stringify(body), {
        status, headers: {"Content-Type": "application/json"}});
    if (path === "definitions") return answer(200, {definitions: [{
        name: "transcode", description: "Makes a <b>film</b> smaller.", queue: "default",
        accepts_stdin: false, parameters: [
            parameter("input", "path", {required: true, description: "Which film."}),
            parameter("quality", "integer", {range: [1, 9], default: 5}),
            parameter("codec", "string", {choices: ["av1", "vp9"], required: true}),
            parameter("fast", "boolean"), parameter("key", "string", {secret: true})]}]});
    if (path !== "jobs") return send(path, options);
    window.sent.push(options.body);
    return window.sent.length === 1
        ? answer(422, {detail: "No.", errors: [
            {field: "parameters.input", message: "must lie in /films"}]})
        : answer(201, {id: 1});
};
"""
# A daemon that wants tokens, in place of the routes of the session.
SESSION = """
window.sent = [];
const send = window.fetch;
window.fetch = async (path, options = {}) => {
    if (path !== "session") return send(path, options);
    const answer = (status, body, headers = {}) => new Response(
        status === 204 ? null : JSON.stringify(body),
        {status, headers: {"Content-Type": "application/json", ...headers}});
    const session = {identity: "token:<b>", role: "read", definitions: null, expires_at: null};
    const isIn = () => sessionStorage.getItem("in") !== null;
    window.sent.push([options.method, options.body ?? null, location.href]);
    if (options.method === "DELETE") { sessionStorage.clear(); return answer(204); }
    if (options.method === "GET") return isIn() ? answer(200, session) : answer(401, {});
    const {token, code} = JSON.parse(options.body);
    if (token === "often") return answer(429, {}, {"Retry-After": "17"});
    if (token !== "good" && code !== "good") return answer(401, {});
    sessionStorage.setItem("in", "1");
    return answer(200, session);
};
"""


def run(setup: Setup, report: Report) -> None:
    """The checks of the dashboard."""
    programs = installed(report, "Dashboard")
    if programs is None:
        return
    daemon = Daemon(setup, "dashboard", "--slots", "20")
    with daemon.running(), browsing(programs) as browser:
        checks = Checks(setup, daemon, browser)
        for title, check in checks.all().items():
            with report.check(f"Dashboard: {title}"), watched(browser):
                check()


@contextlib.contextmanager
def watched(browser: webdriver.Chrome) -> Iterator[None]:
    """Nothing is refused by the page's policy, and no script has failed."""
    browser.get("about:blank")
    browser.get_log("browser")
    yield
    refused = browser.execute_script("return window.violations ?? [];")
    assert refused == [], refused
    # That a request was refused or did not get there is the page's to tell.
    said = [entry for entry in browser.get_log("browser") if entry["source"] != "network"]
    assert said == [], said


class Checks:
    """What is looked at."""

    def __init__(self, setup: Setup, daemon: Daemon, browser: webdriver.Chrome) -> None:
        self._artifacts: pathlib.Path = setup.artifacts
        self._daemon = daemon
        self._browser = browser
        browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})

    def all(self) -> dict[str, Callable[[], None]]:
        """By what they show."""
        return {
            "its answers say what a browser may do with them": self.headers,
            "a job appears, its bar moves, and it ends": self.live,
            "what jobs say is text, in the list, on their page and in their output": self.hostile,
            "cancel, run again and delete": self.actions,
            "all of it can be reached by keyboard": self.keyboard,
            "goes on when the daemon was killed": self.outage,
            "output: lines as a terminal has them, bounded, and still when scrolled": self.output,
            "a job is submitted, and what is wrong with it is told beside the field": self.submit,
            "a definition's fields are those of its parameters": self.definition,
            "filters and older pages": self.filters,
            "signs in by token and by code, and out; read sees no buttons": self.session,
            "a page that was left holds no connection": self.leaving,
            "a hidden tab holds no connection, and has missed nothing": self.hiding,
            "light, dark and narrow": self.looks,
        }

    # Steps

    def open(self, fragment: str = "") -> None:
        """Loads a page of the dashboard anew."""
        self._browser.get("about:blank")
        self._browser.get(f"{self._daemon.url}/{fragment}")

    def find(self, selector: str) -> WebElement:
        """An element, once it is shown."""
        return until(selector, lambda: next(
            (found for found in self.all_of(selector) if found.is_displayed()), None))

    def press(self, selector: str) -> None:
        """Clicks on an element, once it is there and stays."""

        def clicked() -> bool:
            try:
                self.find(selector).click()
            except StaleElementReferenceException:
                return False
            return True

        until(f"a click on {selector}", clicked)

    def all_of(self, selector: str) -> list[WebElement]:
        return self._browser.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        """What an element says; nothing when there is none."""
        return self._browser.execute_script(
            "return document.querySelector(arguments[0])?.textContent ?? '';", selector)

    def value(self, script: str) -> object:
        return self._browser.execute_script(f"return {script};")

    def until_value(self, script: str, wanted: object) -> None:
        """Waits until a script's value is that."""
        until(f"{script} = {wanted}", lambda: self.value(script) == wanted)

    def row(self, job: Job, selector: str) -> WebElement:
        return self.find(f'tr[data-job="{job.id}"] {selector}')

    def state(self, job: Job) -> str:
        """Its state in the list."""
        return self.text(f'tr[data-job="{job.id}"] .state')

    def shot(self, name: str) -> None:
        self._browser.save_screenshot(str(self._artifacts / f"dashboard-{name}.png"))

    # Checks

    def headers(self) -> None:
        for path in ("/", "/dashboard.js", "/dashboard.css", "/dashboard/job.js"):
            with urllib.request.urlopen(self._daemon.url + path, timeout=30) as answer:
                headers = answer.headers
            assert "default-src 'none'; script-src 'self'" in headers["Content-Security-Policy"]
            assert "unsafe" not in headers["Content-Security-Policy"]
            assert headers["X-Frame-Options"] == "DENY"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
            request = urllib.request.Request(
                self._daemon.url + path, headers={"If-None-Match": headers["ETag"]})
            try:
                urllib.request.urlopen(request, timeout=30)
                raise AssertionError(f"{path} was sent again")
            except urllib.error.HTTPError as error:
                assert error.code == 304, error.code
        self.open()
        self.find("h1")

    def live(self) -> None:
        self.open()
        self.find("h1")
        job = self._daemon.submit_counting()
        bar = f'document.querySelector(\'tr[data-job="{job.id}"] progress\')?.value'
        self.until_value(bar, HELD_AT)
        assert self.state(job) == "running"
        self.row(job, "a").click()
        self.until_value("document.querySelector('.job-page progress')?.value", HELD_AT)
        job.gate.open()
        self.until_value("document.querySelector('.job-page progress')?.value", 0.96)
        self.until_value("document.querySelector('.job-page .state')?.textContent", "succeeded")
        until("the output", lambda: "96% complete" in self.text(".output"))
        self.find(".crumb a").click()
        until("it in the list", lambda: self.state(job) == "succeeded")

    def hostile(self) -> None:
        quoted = shlex.quote(HOSTILE)
        progress = shlex.quote(json.dumps({"progress": 0.5, "message": HOSTILE}))
        gate = self._daemon.gate()
        job = self._daemon.submit(
            f"echo {quoted}; echo {quoted} >&2; echo {progress} > $JOBD_PROGRESS; {gate.wait}",
            gate, name=HOSTILE, labels={"<b>": HOSTILE})
        shown = HOSTILE.replace("\u202e", "\ufffd")
        self.open()
        until("the name", lambda: self.text(f'tr[data-job="{job.id}"] a') == shown)
        # The daemon leaves out of messages what turns the direction.
        until("the message", lambda: shown[:-1] in self.text(".message"))
        self.assert_harmless()
        self.open(f"#job/{job.id}")
        until("the name", lambda: shown in self.text("h1"))
        until("the output", lambda: sum(shown in line for line in self.lines()) == 2)
        assert shown in self.find(".facts").text
        self.assert_harmless()
        gate.open()

    def assert_harmless(self) -> None:
        made = self.value("document.querySelectorAll('main img, main script, main b').length")
        assert made == 0, f"{made} elements were made of text"
        assert self.value("window.hit") is None, "what a job says was run"

    def actions(self) -> None:
        job = self._daemon.submit("sleep 600")
        self.open(f"#job/{job.id}")
        for verb in ("pause", "resume", "pause", "cancel"):
            self.press(f"[data-verb={verb}]")
        self.until_value("document.querySelector('.job-page .state')?.textContent", "cancelled")
        assert self._daemon.get(f"/jobs/{job.id}")["state"] == "cancelled"
        for verb in ("retry", "cancel", "delete"):
            self.press(f"[data-verb={verb}]")
        self.press("dialog button[value=delete]")
        self.until_value("location.hash", "#jobs")
        until("it to be gone", lambda: all(
            other["id"] != job.id for other in self._daemon.get("/jobs?limit=1000")["jobs"]))

    def keyboard(self) -> None:
        job = self._daemon.submit("sleep 600", name="by keyboard")
        self.open()
        self.row(job, "a")
        names = self.tab_until(
            lambda: self.value("document.activeElement.textContent") == "by keyboard")
        assert {"Jobs", "Queues", "New job"} <= set(names), names
        focused = self._browser.switch_to.active_element
        outline = focused.value_of_css_property("outline-style")
        assert outline != "none", "the focus cannot be seen"
        focused.send_keys(Keys.ENTER)
        self.find("[data-verb=cancel]")
        self.tab_until(lambda: self.value("document.activeElement.dataset.verb") == "cancel")
        self._browser.switch_to.active_element.send_keys(Keys.ENTER)
        self.find("[data-verb=retry]")
        # The button is gone, but not the place where one was.
        assert self.value("document.activeElement !== document.body")

    def tab_until(self, arrived: Callable[[], bool]) -> list[str]:
        """Goes on by the tabulator; what was passed."""
        names = []
        for _ in range(60):
            self._browser.switch_to.active_element.send_keys(Keys.TAB)
            names.append(str(self.value("document.activeElement.textContent")))
            if arrived():
                return names
        raise AssertionError(f"not reached by 60 steps: {names}")

    def outage(self) -> None:
        job = self._daemon.submit_counting()
        self.open()
        bar = f'document.querySelector(\'tr[data-job="{job.id}"] progress\')?.value'
        self.until_value(bar, HELD_AT)
        self._daemon.end(signal.SIGKILL)
        try:
            until("it is told", lambda: "No connection" in self.text(".notice"))
            job.gate.open()
        finally:
            self._daemon.start()
        self.until_value("document.querySelector('.notice').hidden", True)
        until("the end", lambda: self.state(job) == "succeeded")
        later = self._daemon.submit("true", name="after it")
        until("the next job", lambda: self.state(later) == "succeeded")

    def output(self) -> None:
        gate = self._daemon.gate()
        job = self._daemon.submit(
            "printf 'one\\033[1m bold\\033[0m\\n10%%\\r\\033[K20%%\\n'; echo bad >&2; "
            f"{gate.wait}; seq 1 7000", gate)
        self.open(f"#job/{job.id}")
        until("the first lines", lambda: self.lines() == ["one bold", "20%", "bad"])
        gate.open()
        until("the last line", lambda: self.lines()[-1] == "7000")
        assert len(self.lines()) <= 5000
        assert self.find(".output-frame .hint").is_displayed()
        view = "document.querySelector('.output')"
        until("the end in view", lambda: self.value(
            f"{view}.scrollHeight - {view}.scrollTop - {view}.clientHeight < 24"))
        self.value(f"{view}.scrollTop = 0")
        self.find(".jump").click()
        self.until_value("document.querySelector('.jump').hidden", True)

    def lines(self) -> list[str]:
        return self.value(
            "[...document.querySelectorAll('.lines .line')].map((line) => line.textContent)")

    def submit(self) -> None:
        self.open("#submit")
        self.find("form .primary").click()
        until("what is wrong", lambda: self.find('[data-field="command"]').text)
        assert self.find("#field-command").get_attribute("aria-invalid")
        self.find("#field-command").send_keys("echo done")
        self.find("#field-name").send_keys("by form")
        self.find("form .primary").click()
        until("the job", lambda: "by form" in self.text(".job-page h1"))
        until("its output", lambda: "done" in self.text(".output"))

    def definition(self) -> None:
        with self.playing(DEFINITIONS):
            self.open("#submit?definition=transcode")
            assert "Makes a <b>film</b> smaller." in self.find("form").text
            assert self.find("[name='parameters.key']").get_attribute("type") == "password"
            self.find("[name='parameters.input']").send_keys("a; rm -rf ~")
            self.find("[name='parameters.fast'] option[value=true]").click()
            self.press("form .primary")
            wrong = '[data-field="parameters.input"]'
            until("what is wrong", lambda: self.text(wrong) == "must lie in /films")
            self.press("form .primary")
            self.until_value("location.hash", "#job/1")
            sent = [json.loads(body) for body in self.value("window.sent")]
            assert sent == 2 * [{"definition": "transcode", "parameters": {
                "input": "a; rm -rf ~", "quality": 5, "codec": "av1", "fast": True}}], sent

    def filters(self) -> None:
        for number in range(60):
            self._daemon.submit("true", name=f"many {number}")
        failed = self._daemon.submit("exit 1", name="the failed one")
        self._daemon.until_finished(failed)
        self.open()
        self.find("button.more")
        rows = "document.querySelectorAll('tbody tr').length"
        assert self.value(rows) == 50, self.value(rows)
        self.find("button.more").click()
        until("older jobs", lambda: self.value(rows) > 60)
        ids = self.value("[...document.querySelectorAll('tbody tr')].map((e) => +e.dataset.job)")
        assert ids == sorted(set(ids), reverse=True), ids
        self.open("#jobs?state=failed&q=the+failed")
        self.row(failed, "a")
        assert self.value(rows) == 1
        self.find("input[type=search]").send_keys(" nothing")
        until("no job", lambda: "No job" in self.text(".empty"))

    def session(self) -> None:
        job = self._daemon.submit("sleep 600", name="seen only")
        with self.playing(SESSION):
            self.sign_in_and_out(job)

    @contextlib.contextmanager
    def playing(self, script: str) -> Iterator[None]:
        """Pages are given a script that plays a part of the daemon."""
        added = self._browser.execute_cdp_cmd(
            "Page.addScriptToEvaluateOnNewDocument", {"source": script})
        try:
            yield
        finally:
            self._browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)

    def sign_in_and_out(self, job: Job) -> None:
        self.open(f"#job/{job.id}")
        for token, words in (("bad", "not valid"), ("often", "17 s")):
            self.find("#token").clear()
            self.find("#token").send_keys(token + Keys.ENTER)
            until(words, lambda words=words: words in self.text("#token-error"))
        self.find("#token").clear()
        self.find("#token").send_keys("good" + Keys.ENTER)
        until("the job", lambda: "seen only" in self.text("h1"))
        assert self.text(".identity") == "token <b> (read)", self.text(".identity")
        assert self.all_of("[data-verb]") == []
        assert self.value("document.querySelector('nav a[href=\"#submit\"]').hidden")
        self.find(".sign-out").click()
        self.find("#token")
        self.open(f"#code=good&job/{job.id}")
        until("the job", lambda: "seen only" in self.text("h1"))
        assert self.value("location.hash") == f"#job/{job.id}"
        # It was taken away before it was used.
        sent = self.value("window.sent")
        assert sent[0][:2] == ["POST", '{"code":"good"}'], sent
        assert all("code" not in address for _, _, address in sent), sent
        self.find(".sign-out").click()
        self.open("#code=old")
        until("why not", lambda: "used or is too old" in self.text("#token-error"))
        assert "code" not in self._browser.current_url

    def leaving(self) -> None:
        job = self._daemon.submit_counting()
        # More often than a browser has connections for one host.
        for _ in range(8):
            self.open(f"#job/{job.id}")
            until("the output", lambda: "48% complete" in self.text(".output"))
        self._browser.get("about:blank")
        until("its streams to be closed", lambda: self.streams() == 0)
        self._browser.back()
        job.gate.open()
        until("the end", lambda: self.text(".job-page .state") == "succeeded")

    def hiding(self) -> None:
        gate = self._daemon.gate()
        job = self._daemon.submit(f"echo before; {gate.wait}; echo meanwhile", gate)
        self.open(f"#job/{job.id}")
        until("the output", lambda: self.lines() == ["before"])
        first = self._browser.current_window_handle
        self._browser.switch_to.new_window("tab")
        try:
            until("its streams to be closed", lambda: self.streams() == 0)
            job.gate.open()
        finally:
            self._browser.close()
            self._browser.switch_to.window(first)
        until("the end", lambda: self.text(".job-page .state") == "succeeded")
        until("what it wrote", lambda: self.lines() == ["before", "meanwhile"])

    def streams(self) -> float:
        """How many streams the daemon has open."""
        with urllib.request.urlopen(f"{self._daemon.url}/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        return next(
            float(line.split()[1]) for line in lines if line.startswith("jobd_streams_open "))

    def looks(self) -> None:
        job = self._daemon.submit_counting()
        for name, width, scheme in (
            ("light", 1200, "light"), ("dark", 1200, "dark"), ("narrow", 390, "light")
        ):
            self._browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {
                "features": [{"name": "prefers-color-scheme", "value": scheme},
                             {"name": "prefers-reduced-motion", "value": "reduce"}]})
            self._browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
                "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
            for page, fragment in (("list", ""), ("job", f"#job/{job.id}")):
                self.open(fragment)
                self.find("progress")
                wide = self.value(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert wide <= 0, f"{page} is {wide} px wider than {width}"
                self.shot(f"{page}-{name}")
        job.gate.open()
        self._browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
