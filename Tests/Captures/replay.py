#!/usr/bin/env python3
"""Print a recording as the tool printed it: replay.py [--as-recorded] FILE.cast

Pauses are cut to what mostly makes a difference: what comes less than 50 ms after
what was before is written together with it. A longer pause becomes 60 ms where it
cuts a line in two, since jobd then judges the first half by itself, and 2 ms
elsewhere. --as-recorded keeps the longer ones as they were.
"""

import json
import os
import sys
import termios
import time

TOGETHER = 0.05
PAUSE_IN_LINE = 0.06
PAUSE = 0.002


def main():
    if os.isatty(1):
        # The recording has the line ends that the terminal made.
        mode = termios.tcgetattr(1)
        mode[1] &= ~termios.OPOST
        termios.tcsetattr(1, termios.TCSANOW, mode)
    as_recorded = sys.argv[1] == "--as-recorded"
    with open(sys.argv[-1], encoding="utf-8") as file:
        next(file)
        reads = [json.loads(line) for line in file]
    pieces = []
    for index, (at, stream, text) in enumerate(reads):
        is_near = index > 0 and at - reads[index - 1][0] < TOGETHER
        if pieces and is_near and pieces[-1][0] == stream:
            pieces[-1][1] += text
        else:
            pieces.append([stream, text, at])
    started = time.monotonic()
    for index, (stream, text, at) in enumerate(pieces):
        if as_recorded:
            time.sleep(max(at - (time.monotonic() - started), 0))
        elif index > 0:
            is_cut = pieces[index - 1][1][-1] not in "\r\n" and text[0] not in "\r\n\b\x1b"
            time.sleep(PAUSE_IN_LINE if is_cut else PAUSE)
        data = text.encode()
        while data:
            data = data[os.write(2 if stream == "e" else 1, data):]


main()
