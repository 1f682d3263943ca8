"""One line for each check, and the exit status."""

import contextlib
import os
import threading
import traceback
from collections.abc import Iterator


class Report:
    """Collects results; suites on several threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = {"ok": 0, "FAIL": 0, "skip": 0}

    @contextlib.contextmanager
    def check(self, title: str) -> Iterator[None]:
        """What runs inside is one check; an exception is its failure."""
        with self.surroundings(title) as outcome:
            yield
        if outcome["held"]:
            self._print("ok", title)

    @contextlib.contextmanager
    def surroundings(self, title: str) -> Iterator[dict[str, bool]]:
        """What runs inside is worth a line only when it fails."""
        outcome = {"held": False}
        try:
            yield outcome
            outcome["held"] = True
        except Exception as error:  # noqa: BLE001 - whatever it is, it failed
            frame = traceback.extract_tb(error.__traceback__)[-1]
            # An assertion's message may be long: a difference of two lists.
            text = f"{type(error).__name__}: {error}"[:2000]
            self._print("FAIL", title, f"{text}\n(at {frame.filename}:{frame.lineno})")

    def missing(self, title: str, reason: str) -> None:
        """A client is not there: a failure, unless the caller allows it."""
        allowed = os.environ.get("JOBD_SKIP_MISSING") == "1"
        self._print("skip" if allowed else "FAIL", title, reason)

    def summarize(self) -> int:
        """Prints the totals; returns the run's exit status."""
        counts = self._counts
        print(f"{counts['ok']} ok, {counts['FAIL']} failed, {counts['skip']} skipped")
        return 1 if counts["FAIL"] or not counts["ok"] else 0

    def _print(self, word: str, title: str, detail: str = "") -> None:
        with self._lock:
            self._counts[word] += 1
            print(f"{word:4}  {title}", flush=True)
            for line in detail.splitlines():
                print(f"      {line}", flush=True)
