#!/usr/bin/env python3
"""Record what a command prints, with its timing, as a fixture.

    capture.py [--tty] --version "rsync 3.2.7 (Debian 12)" rsync/progress2.cast -- rsync -a …

The recording is an asciicast v2 (docs.asciinema.org/manual/asciicast/v2): a line
of header, then one JSON array for each read: seconds, stream, text. Streams are
"o" (standard output, or the terminal with --tty) and "e" (standard error; players
skip it). The terminal is the one jobs get: 120×40, TERM=xterm-256color. Standard
input is empty.

--setup CMD is run by the shell first, in the same directory; --cwd DIR is where
both run (default: a new temporary directory, removed afterwards). --shell takes
the command as one string for /bin/sh -c. The command's exit status is recorded
in the header, too.
"""

import argparse
import codecs
import fcntl
import json
import os
import pty
import selectors
import shlex
import struct
import subprocess
import sys
import tempfile
import termios
import time

COLUMNS, ROWS = 120, 40


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tty", action="store_true", help="give the command a terminal")
    parser.add_argument("--version", required=True, help="the tool, its version, where it is from")
    parser.add_argument("--setup", help="shell command to run first")
    parser.add_argument("--cwd", help="directory to run in")
    parser.add_argument("--shell", action="store_true", help="the command is one for /bin/sh -c")
    parser.add_argument("--seconds", type=float, default=120, help="end it after so long")
    parser.add_argument("--as", dest="shown", help="command line to show in place of the real one")
    parser.add_argument("file")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    command = ["/bin/sh", "-c", options.command[0]] if options.shell else options.command
    with tempfile.TemporaryDirectory() as temporary:
        directory = options.cwd or temporary
        if options.setup:
            subprocess.run(options.setup, shell=True, cwd=directory, check=True)
        events, status = record(command, directory, options.tty, options.seconds)
    header = {
        "version": 2,
        "width": COLUMNS,
        "height": ROWS,
        "command": options.shown or (options.command[0] if options.shell else shlex.join(command)),
        "title": options.version + (", under a terminal" if options.tty else ", piped"),
        "status": status,
    }
    os.makedirs(os.path.dirname(options.file) or ".", exist_ok=True)
    with open(options.file, "w", encoding="utf-8") as file:
        for value in [header, *events]:
            file.write(json.dumps(value, ensure_ascii=False) + "\n")
    print(f"{options.file}: {len(events)} reads, status {status}", file=sys.stderr)


def record(command, directory, tty, seconds):
    environment = dict(os.environ, PYTHONUNBUFFERED="1", LANG="C.UTF-8")
    environment.pop("LC_ALL", None)
    if tty:
        environment["TERM"] = "xterm-256color"
        main_end, child_end = pty.openpty()
        fcntl.ioctl(child_end, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        ends = {main_end: "o"}
        streams = {"stdin": child_end, "stdout": child_end, "stderr": child_end}

        def take_terminal():
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        process = subprocess.Popen(
            command, cwd=directory, env=environment, start_new_session=True,
            preexec_fn=take_terminal, **streams)
        os.close(child_end)
    else:
        environment["TERM"] = "dumb"
        process = subprocess.Popen(
            command, cwd=directory, env=environment, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        ends = {process.stdout.fileno(): "o", process.stderr.fileno(): "e"}
    decoders = {end: codecs.getincrementaldecoder("utf-8")() for end in ends}
    selector = selectors.DefaultSelector()
    for end in ends:
        selector.register(end, selectors.EVENT_READ)
    started = time.monotonic()
    events = []
    while ends and time.monotonic() - started < seconds:
        for key, _ in selector.select(timeout=1):
            end = key.fd
            try:
                data = os.read(end, 65536)
            except OSError:  # EIO: the terminal's last process has gone
                data = b""
            if not data:
                selector.unregister(end)
                del ends[end]
                continue
            text = decoders[end].decode(data)
            if text:
                events.append([round(time.monotonic() - started, 6), ends[end], text])
    if process.poll() is None and ends:
        process.kill()
    return events, process.wait()


main()
