"""A daemon with a certificate and with tokens, in a real browser: HTTP/2, and the
dashboard's sign-in as it is."""

import pathlib
import subprocess

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from harness.daemon import Daemon
from harness.report import Report
from harness.setup import Setup
from harness.waiting import until
from suites.browser import browsing, installed

# More than a browser has connections to one host (six), all open at once, and another
# request beside them.
STREAMS = 20
FOLLOW_MANY = """
const done = arguments[arguments.length - 1];
const [path, count] = arguments;
const sources = Array.from({ length: count }, () => new EventSource(path));
const seen = sources.map((source) => new Promise((resolve, reject) => {
  source.onmessage = resolve;
  source.onerror = reject;
}));
Promise.all(seen).then(() => fetch("/health")).then((answer) => {
  for (const source of sources) source.close();
  const [page] = performance.getEntriesByType("navigation");
  done({ status: answer.status, protocol: page.nextHopProtocol });
}, (error) => done({ error: `${error}` }));
"""


def run(setup: Setup, report: Report) -> None:
    """The checks of encryption in Chromium."""
    programs = installed(report, "Chromium, TLS")
    if programs is None:
        return
    certificate, key = certified(setup.temporary)
    daemon = Daemon(
        setup, "encrypted", "--tls-certificate", str(certificate), "--tls-key", str(key),
        asks_for_tokens=True, certificate=certificate)
    # Nobody vouches for a certificate that was made a second ago.
    with daemon.running(), browsing(programs, "--ignore-certificate-errors") as browser:
        browser.set_script_timeout(60)
        job = daemon.submit_counting()
        with report.check("Chromium, TLS: signs in to the dashboard by the token, and follows"):
            browser.get(f"{daemon.url}/#job/{job.id}")
            sign_in(browser, "jobd_1_wrong")
            until("why not", lambda: "not valid" in text(browser, "#token-error"))
            sign_in(browser, daemon.token)
            until("its output", lambda: "48% complete" in text(browser, ".output"))
            cookies = browser.get_cookies()
            assert len(cookies) == 1, cookies
            assert cookies[0]["secure"] and cookies[0]["httpOnly"], cookies
            assert cookies[0]["sameSite"] == "Strict", cookies
        with report.check(f"Chromium, TLS: {STREAMS} streams at once by HTTP/2, and more beside"):
            seen = browser.execute_async_script(
                FOLLOW_MANY, f"/jobs/{job.id}/progress?format=text", STREAMS)
            assert seen == {"status": 200, "protocol": "h2"}, seen
        with report.check("Chromium, TLS: signed out, nothing more is shown"):
            job.gate.open()
            until("its end", lambda: text(browser, ".job-page .state") == "succeeded")
            browser.find_element(By.CSS_SELECTOR, ".sign-out").click()
            until("the cookie to be gone", lambda: not browser.get_cookies())
            browser.get("about:blank")
            browser.get(f"{daemon.url}/#job/{job.id}")
            until("the sign-in", lambda: browser.find_elements(By.ID, "token"))
            assert "% complete" not in browser.page_source


def certified(directory: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """A certificate for this machine, and its key."""
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "30", "-keyout", key, "-out",
         certificate],
        check=True, capture_output=True)
    key.chmod(0o600)
    return certificate, key


def sign_in(browser: webdriver.Chrome, token: str) -> None:
    """Types a token where it is asked for."""
    until("the sign-in", lambda: browser.find_elements(By.ID, "token"))
    field = browser.find_element(By.ID, "token")
    field.clear()
    field.send_keys(token + Keys.ENTER)


def text(browser: webdriver.Chrome, selector: str) -> str:
    """What an element says; nothing when there is none."""
    return browser.execute_script(
        "return document.querySelector(arguments[0])?.textContent ?? '';", selector)
