"""Runs every suite against its own daemon and says what held."""

import argparse
import concurrent.futures
import pathlib
import sys
import tempfile
from collections.abc import Callable

from harness.report import Report
from harness.setup import Setup
from suites import (
    access, browser, contract, curl, dashboard, encrypted, following, output)

SUITES = {
    "Chromium": browser.run, "Chromium, access": access.run, "the dashboard": dashboard.run,
    "Chromium, TLS": encrypted.run,
    **following.suites(), "output": output.run, "curl, in detail": curl.run,
    "the contract": contract.run,
}

# Most of a run is waiting for jobs that print slowly, so suites overlap.
SUITES_AT_ONCE = 3


def main() -> int:
    parser = argparse.ArgumentParser(prog="run.sh")
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--artifacts", type=pathlib.Path)
    arguments = parser.parse_args()
    for name in ("jobd", "jobd-supervise"):
        if not (arguments.binaries / name).is_file():
            print(f"run.sh: there is no {name} in {arguments.binaries}", file=sys.stderr)
            return 64

    report = Report()
    with tempfile.TemporaryDirectory(prefix="jobd-clients-") as directory:
        temporary = pathlib.Path(directory)
        artifacts = arguments.artifacts or temporary / "artifacts"
        artifacts.mkdir(parents=True, exist_ok=True)
        setup = Setup(arguments.binaries, temporary, artifacts.resolve())
        with concurrent.futures.ThreadPoolExecutor(SUITES_AT_ONCE) as pool:
            for name, suite in SUITES.items():
                pool.submit(run, name, suite, setup, report)
    return report.summarize()


def run(name: str, suite: Callable[[Setup, Report], None], setup: Setup, report: Report) -> None:
    """One suite; that its daemon starts and stops in order is checked too."""
    with report.surroundings(f"{name}: its daemon starts, serves and stops"):
        suite(setup, report)


if __name__ == "__main__":
    sys.exit(main())
