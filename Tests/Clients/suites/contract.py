"""The description of the API: valid, and what the daemon really does."""

import subprocess
import sys

import openapi_spec_validator

from harness.daemon import Daemon
from harness.report import Report
from harness.setup import Setup

# How often each operation is tried, with values that keep to the document and with
# some that do not.
EXAMPLES = "20"
# Left out are streams, which go on; batches, which schemathesis 4.32 cannot make up;
# and what takes a session or tokens away.
SKIPPED = r"^/(events|jobs/batch|jobs/\{id\}/(progress|output)|tokens.*|session.*)$"
# A daemon that asks nobody who they are accepts every token; and a document cannot say
# which queues, jobs and signals there are, so that values that keep to it may be
# refused. Methods that nobody uses get 404.
UNCHECKED = "ignored_auth,positive_data_acceptance,unsupported_method"
CONFIGURATION = """
[parameters]
# Nothing that is submitted ever ends here.
"query.wait" = 0
"""


def run(setup: Setup, report: Report) -> None:
    """The checks of the description."""
    daemon = Daemon(setup, "contract")
    with daemon.running():
        with report.check("OpenAPI: the document is valid"):
            openapi_spec_validator.validate(daemon.get("/openapi.json"))
        with report.check("OpenAPI: the daemon answers as the document says (schemathesis)"):
            daemon.until_finished(daemon.submit("echo done", name="the first"))
            # What is made up is not to be run.
            daemon.set_queue("default", slots=0, paused=True)
            fuzz(setup, daemon)


def fuzz(setup: Setup, daemon: Daemon) -> None:
    """Tries every operation with made-up values."""
    configuration = daemon.directory / "schemathesis.toml"
    configuration.write_text(CONFIGURATION)
    result = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "--config-file", configuration,
         "run", f"{daemon.url}/openapi.json", "--url", daemon.url,
         "--max-examples", EXAMPLES, "--seed", "1", "--phases", "examples,coverage,fuzzing",
         "--exclude-path-regex", SKIPPED, "--exclude-checks", UNCHECKED,
         "--request-timeout", "30", "--warnings", "off", "--no-color"],
        capture_output=True, text=True, timeout=600, check=False, cwd=daemon.directory)
    (setup.artifacts / "schemathesis.txt").write_text(result.stdout + result.stderr)
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-1000:]
