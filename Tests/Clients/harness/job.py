"""A job under test, and the gate that holds it."""

import dataclasses
import pathlib


@dataclasses.dataclass(frozen=True)
class Job:
    """A submitted job."""

    id: int
    url: str
    """Its address, without a slash at the end."""
    gate: "Gate | None" = None


class Gate:
    """Holds a job until the test has seen what it wants to see before.

    It makes the order of things certain where a longer sleep would only make
    it likely.
    """

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path

    def open(self) -> None:
        """Lets the job go on. May be called more than once."""
        self._path.touch()

    @property
    def wait(self) -> str:
        """Shell text that waits for it; a job held for 30 s exits with 9."""
        return (
            f"n=0; until [ -e '{self._path}' ]; do n=$((n+1)); "
            "[ $n -lt 600 ] || exit 9; sleep 0.05; done"
        )


# Lines from 8 % to 96 %, the gate in the middle. The gate comes with 48 %, which
# is an event whatever was coalesced, since a job that falls silent has its last
# progress stored.
HELD_AT = 0.48


def counting(gate: Gate) -> str:
    """Shell text of a job that tells its progress and waits at the gate."""
    return (
        "i=0; while [ $i -lt 12 ]; do i=$((i+1)); echo \"$((i*8))% complete\"; "
        f"if [ $i -eq 6 ]; then {gate.wait}; fi; sleep 0.06; done"
    )
