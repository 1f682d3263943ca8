"""Where a run finds its programs and leaves its files."""

import dataclasses
import pathlib


@dataclasses.dataclass(frozen=True)
class Setup:
    """The same for every suite of a run."""

    binaries: pathlib.Path
    """The folder of jobd and jobd-supervise."""
    temporary: pathlib.Path
    """Removed after the run. Its path is short: sockets are made below it."""
    artifacts: pathlib.Path
    """Screenshots, kept when the caller named the folder."""
