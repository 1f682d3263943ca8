#!/usr/bin/env bash
# Runs the tests that are built, and says at the end once more what failed: among
# thousands of lines nobody finds it.
set -uo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
# Tests of the whole wait in threads of their own kind, of which there are as many as
# cores: the others would wait with them.
for part in "--skip JobDaemonTests" "--filter JobDaemonTests"; do
    # shellcheck disable=SC2086
    ${SWIFT:-swift} test --skip-build $part 2>&1 | tee -a "$log" || status=1
done
if [ "$status" != 0 ]; then
    printf '\n== What failed\n'
    grep -E '✘ Test .*(recorded an issue|failed)|: error:|Fatal error' "$log" | cut -c1-240 | tail -60
fi
exit "$status"
