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
    grep -E '✘ Test .*recorded an issue|: error:|Fatal error' "$log" | cut -c1-240 | tail -n 60
    # The places once more, in as few lines as there can be.
    sed -nE 's/.*✘ Test .* recorded an issue.* at ([^ ]+\.swift:[0-9]+):.*/\1/p' "$log" |
        sort | uniq -c | awk '{ printf "%s%s x%s", (NR > 1 ? ", " : ""), $2, $1 } END { print "" }'
fi
exit "$status"
