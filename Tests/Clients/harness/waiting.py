"""Waiting for conditions, never for time."""

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

# How long a condition may take. Reached only when something is broken.
LIMIT_SECONDS = 60.0


def until(what: str, condition: Callable[[], Value], limit: float = LIMIT_SECONDS) -> Value:
    """The condition's first true value.

    Raises AssertionError naming `what` when it stays false for `limit` seconds.
    """
    deadline = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {limit:.0f} s in vain for: {what}")
        time.sleep(0.02)
