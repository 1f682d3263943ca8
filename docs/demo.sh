#!/usr/bin/env bash
# The main job end to end, in a terminal: a daemon on a fresh state directory, a
# real command with real progress, its stream; then the connection is cut, the
# daemon is killed with SIGKILL and started again, and the same stream goes on to
# its end with every event once.
#
#     docs/demo.sh DIRECTORY_OF_THE_PROGRAMS
set -euo pipefail
# A proxy for the way out is not to be asked for what is on this machine.
export no_proxy='*'
bin=$(cd "${1:?where the programs are}" && pwd)
work=$(mktemp -d)
jobd=

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

finish() {
    if [ -n "$jobd" ]; then
        kill "$jobd" 2>/dev/null || true
        wait "$jobd" 2>/dev/null || true
    fi
    # A job that was left running, should this script have been interrupted.
    for supervisor in $(pgrep -f "jobd-supervis[e] $work/state" || true); do
        kill "$supervisor" 2>/dev/null || true
        while kill -0 "$supervisor" 2>/dev/null; do sleep 0.05; done
    done
    rm -rf "$work"
}
trap finish EXIT

# Starts the daemon on the port it had before; the first time it picks one.
port=0
start() {
    rm -f "$work/state/address"
    "$bin/jobd" serve --state-dir "$work/state" --listen "127.0.0.1:$port" 2>>"$work/log" &
    jobd=$!
    for _ in $(seq 500); do
        [ -s "$work/state/address" ] && break
        kill -0 "$jobd" 2>/dev/null || { cat "$work/log"; exit 1; }
        sleep 0.02
    done
    url=$(head -n 1 "$work/state/address")
    port=${url##*:}
    token=$(cat "$work/state/token")
}

# With the token that the daemon has made for its administrator.
ask() { curl -sS -H "Authorization: Bearer $token" "$@"; }

submit() {
    ask --fail-with-body "$url/jobs" -H 'Content-Type: application/json' -d @- |
        sed 's/^{"id":\([0-9]*\),.*/\1/'
}

say "1. Start a daemon on an empty state directory"
start
echo "jobd listens on $(tr '\n' ' ' <"$work/state/address")"

say "2. Submit a checksum run over 60 generated files, and watch it"
mkdir "$work/files"
for i in $(seq 60); do head -c 6000000 /dev/urandom >"$work/files/$i.bin"; done
cat >"$work/checksums.sh" <<'SCRIPT'
cd "$1" && set -- *.bin && n=0
for file; do
    n=$((n + 1))
    echo "[$n/$#] sha256 $file"
    sha256sum "$file" >>"sums" && sleep 0.03
done
SCRIPT
printf '{"command": ["sh", "%s", "%s"], "name": "checksums"}' \
    "$work/checksums.sh" "$work/files" >"$work/spec"
id=$(submit <"$work/spec")
# On the socket the system says who asks: no token is needed.
"$bin/jobctl" --url "unix:$work/state/jobd.sock" watch "$id"

say "3. The same again; the stream is cut half-way, and the daemon gets SIGKILL"
rm -f "$work/files/sums"
id=$(submit <"$work/spec")
curl -sSN -H "Authorization: Bearer $token" "$url/jobs/$id/progress" \
    >"$work/first" 2>/dev/null &
curl=$!
until [ "$(grep -c '^id:' "$work/first")" -ge 25 ]; do sleep 0.02; done
kill "$curl"
wait "$curl" 2>/dev/null || true
# What was cut in the middle of an event does not count: only whole ones do.
awk 'BEGIN { RS = ""; ORS = "\n\n" } { block[NR] = $0 }
     END { for (i = 1; i < NR; i++) print block[i] }' "$work/first" >"$work/whole"
last=$(grep '^id:' "$work/whole" | tail -n 1 | cut -d' ' -f2)
kill -KILL "$jobd"
wait "$jobd" 2>/dev/null || true
jobd=
echo "received $(grep -c '^id:' "$work/whole") events, the last is $last; jobd is dead, the job is not:"
pgrep -af "jobd-supervis[e] $work/state" | cut -c1-100
start
echo "jobd is back; resuming with Last-Event-ID: $last"
ask -N -H "Last-Event-ID: $last" "$url/jobs/$id/progress" >"$work/rest"
tail -n 4 "$work/rest"

grep -h '^id:' "$work/whole" "$work/rest" | cut -d' ' -f2 >"$work/received"
ask -H 'Accept: application/json' "$url/jobs/$id/progress?limit=10000" |
    grep -o '{"id":[0-9]*' | cut -d: -f2 >"$work/stored"
cmp "$work/received" "$work/stored"
echo "$(wc -l <"$work/received") events received in two parts, each once and in order;" \
    "the database has the same."
[ "$(wc -l <"$work/files/sums")" = 60 ]

say "Done: $url/jobs/$id said \"$(grep -A2 '^event: end' "$work/rest" |
    sed -n 's/.*"state":"\([a-z]*\)".*/\1/p')\""
