#!/usr/bin/env bash
# Measures the programs in the given directory and prints a table. Peers that
# are installed (task-spooler, xargs) are measured in the same run.
#
#     Benchmarks/run.sh .build/release
set -euo pipefail
exec python3 "$(dirname "$0")/measure.py" "${1:?where the programs are}"
