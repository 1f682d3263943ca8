#!/usr/bin/env bash
# Runs the tests that are built, and says at the end once more what failed: among
# thousands of lines nobody finds it. A run in which nothing happens for minutes is
# ended, and says where it stood.
set -uo pipefail
cd "$(dirname "$0")/.."
quiet=${JOBD_TEST_QUIET_SECONDS:-240}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0

# Prints the process and all its descendants.
family() {
    echo "$1"
    local child
    for child in $(cat /proc/"$1"/task/*/children 2>/dev/null); do family "$child"; done
}

# Ends a run in which nothing is said any more, and tells what it was doing.
watch_over() {
    local size=-1 new since=$SECONDS pid
    while kill -0 "$1" 2>/dev/null; do
        sleep 2
        new=$(stat -c %s "$log")
        if [ "$new" != "$size" ]; then size=$new since=$SECONDS; fi
        [ $((SECONDS - since)) -ge "$quiet" ] || continue
        {
            printf '\n== Nothing was said for %s s\n' "$quiet"
            for pid in $(family "$1"); do
                printf '%s: %s\n' "$pid" "$(tr '\0' ' ' <"/proc/$pid/cmdline" | cut -c1-200)"
            done
            echo "Begun and not ended, or waiting for one that is:"
            awk '{ gsub(/\033\[[0-9;]*m/, "") }
                /Test case / { next }
                /Test .* started\./ { sub(/.*Test /, ""); sub(/ started.*/, ""); open[$0] = 1 }
                /Test .* (passed|failed) after/ { sub(/.*Test /, "")
                    sub(/ (with|passed|failed) .*/, ""); delete open[$0] }
                END { for (test in open) print "  " test }' "$log"
        } | tee -a "$log"
        # shellcheck disable=SC2046
        kill -KILL $(family "$1") 2>/dev/null
        return
    done
}

# Tests of the whole wait in threads of their own kind, of which there are as many as
# cores: the others would wait with them.
for part in "--skip JobDaemonTests" "--filter JobDaemonTests"; do
    # shellcheck disable=SC2086
    ${SWIFT:-swift} test --skip-build $part > >(tee -a "$log") 2>&1 &
    run=$!
    watch_over "$run" &
    watcher=$!
    wait "$run" || status=1
    wait "$watcher"
done
if [ "$status" != 0 ]; then
    printf '\n== What failed\n'
    grep -E '✘ Test .*recorded an issue|: error:|Fatal error' "$log" | cut -c1-240 | tail -n 60
    # The places once more, in as few lines as there can be.
    sed -nE 's/.*✘ Test .* recorded an issue.* at ([^ ]+\.swift:[0-9]+):.*/\1/p' "$log" |
        sort | uniq -c | awk '{ printf "%s%s x%s", (NR > 1 ? ", " : ""), $2, $1 } END { print "" }'
    sed -n '/^== Nothing was said/,$p' "$log" | tail -n 120
fi
exit "$status"
