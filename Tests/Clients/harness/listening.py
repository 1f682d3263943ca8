"""A listening socket that outlives the daemon, as systemd keeps one."""

import os
import pathlib
import socket

# The first descriptor that is passed on (sd_listen_fds(3)).
FIRST_PASSED = 3


class ListeningSocket:
    """Bound to a free port of the loopback address."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.descriptor = self._socket.fileno()
        self._port = self._socket.getsockname()[1]

    def passed_to(self, command: list[str | pathlib.Path]) -> list[str | pathlib.Path]:
        """A command that runs the given one as systemd would.

        $LISTEN_PID must be the process's own, which only a shell that then
        becomes it can know beforehand.
        """
        text = f"export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$@\" {FIRST_PASSED}<&{self.descriptor}"
        # A descriptor under a second number would be inherited by jobs.
        if self.descriptor != FIRST_PASSED:
            text += f" {self.descriptor}<&-"
        return ["bash", "-c", text, "bash", *command, "--no-listen"]

    def waiting(self) -> int:
        """How many connections wait to be accepted: for a socket that listens,
        that is what the kernel shows as its receive queue (ss(8))."""
        inode = f"{os.fstat(self.descriptor).st_ino}"
        for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] == inode:
                return int(fields[4].split(":")[1], 16)
        raise AssertionError("the socket is not in /proc/net/tcp")

    def close(self) -> None:
        """Nobody is heard any more."""
        self._socket.close()
