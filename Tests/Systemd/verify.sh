#!/bin/bash
# Checks jobd's units without running them: systemd understands every line, and
# they stay as hardened as they say. Needs neither root nor an installed jobd.
#
# usage: verify.sh
# exit:  0 good, 1 not, 77 skipped
set -euo pipefail

# `systemd-analyze security` counts in tenths here; the unit names its own score.
readonly threshold=25

if ! command -v systemd-analyze >/dev/null; then
    echo "skipped: systemd-analyze is not installed (package systemd)"
    exit 77
fi
units=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../systemd" && pwd)
copies=$(mktemp -d)
trap 'rm -rf "$copies"' EXIT
failures=0

# result STATUS DESCRIPTION OUTPUT: one line, and the output if it failed.
result() {
    if [[ $1 == 0 ]]; then
        echo "ok    $2"
    else
        echo "FAIL  $2"
        printf '%s\n' "$3"
        failures=$((failures + 1))
    fi
}

# systemd refuses a unit whose program is not there.
cp "$units/jobd.socket" "$copies"
sed 's,^ExecStart=/usr/bin/jobd ,ExecStart=/bin/true ,' "$units/jobd.service" \
    >"$copies/jobd.service"

# Of a misspelt or unknown setting it only warns, and succeeds; so whatever it
# says is a failure.
status=0
output=$(systemd-analyze verify "$copies/jobd.service" "$copies/jobd.socket" 2>&1) || status=1
[[ -z $output ]] || status=1
result $status "systemd understands the units" "$output"

status=0
output=$(systemd-analyze security --no-pager --offline=true --threshold=$threshold \
    "$copies/jobd.service" 2>&1) || status=1
score=$(sed -n 's/.*exposure level for jobd.service: \([0-9.]*\).*/\1/p' <<<"$output")
result $status "exposure is ${score:-unknown}, at most $((threshold / 10)).$((threshold % 10))" \
    "$output"

# sysusers.d(5): it reports a line it does not understand, and goes on.
if command -v systemd-sysusers >/dev/null; then
    status=0
    mkdir -p "$copies/root/etc"
    output=$(systemd-sysusers --root="$copies/root" --dry-run \
        - <"$units/jobd.sysusers" 2>&1 >/dev/null) || status=1
    # What it would do it says there as well.
    output=$(grep -Ev '^(Creating|Would write) ' <<<"$output" || true)
    [[ -z $output ]] || status=1
    result $status "systemd understands the user" "$output"
fi

exit $((failures > 0))
