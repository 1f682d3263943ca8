# shellcheck shell=bash disable=SC2154
# What run.sh asks of the daemon in the container, and how it tells.

readonly socket=/run/jobd/jobd.sock
failures=0

# check DESCRIPTION COMMAND...: runs it, and says in one line whether it
# succeeded. After a failure, what was logged since the last one follows.
check() {
    local description=$1 status=ok
    shift
    "$@" >"$work/said" 2>&1 || status=FAIL
    printf '%-4s  %6.2f s  %s\n' $status "$(seconds)" "$description"
    [[ $status == ok ]] && return
    failures=$((failures + 1))
    sed 's/^/      /' "$work/said"
    inside journalctl --no-pager --quiet --output=cat --unit=jobd --lines=100 2>&1 |
        grep -Ev 'left-over process|usually indicates|remains running' | tail -n 20 |
        sed 's/^/      | /' || true
}

# How long the run has taken.
seconds() { awk "BEGIN { print $EPOCHREALTIME - $started }"; }
readonly started=$EPOCHREALTIME

# eventually COMMAND...: until it succeeds; fails when it never does.
eventually() {
    local end=$((SECONDS + patience))
    until "$@" >"$work/tried" 2>&1; do
        if ((SECONDS > end)); then
            echo "not within $patience s: $*"
            cat "$work/tried"
            return 1
        fi
        sleep 0.02
    done
}

not() { ! "$@"; }

equal() {
    [[ $1 == "$2" ]] && return
    printf 'there is:\n%s\nthere should be:\n%s\n' "$1" "$2"
    return 1
}

# --- The unit --------------------------------------------------------------

property() { inside systemctl show --property="$1" --value jobd; }

is_state() { equal "$(property ActiveState)" "$1"; }

greater() { (($(property "$1") > $2)); }

logged() { inside journalctl --quiet --unit=jobd --grep="$1"; }

supervisors_run() { inside pgrep --exact jobd-supervise; }

# --- The daemon ------------------------------------------------------------

get() { api "$1" --fail "${@:2}"; }

# get_as OPTIONS...: as the user that setpriv(1) makes of them.
get_as() {
    inside setpriv "$@" --regid nogroup \
        curl -sS --max-time "$patience" --fail --unix-socket $socket http://jobd/jobs
}

# api PATH OPTIONS...
api() {
    inside curl -sS --max-time "$patience" --unix-socket $socket "http://jobd$1" "${@:2}"
}

# submit COMMAND: prints the job's id.
submit() {
    jq --null-input --arg command "$1" '{$command}' |
        api /jobs --fail --header 'Content-Type: application/json' --data-binary @- | jq .id
}

output() { get "/jobs/$1/output"; }

output_has() { output "$1" | grep --quiet --line-regexp --fixed-strings "$2"; }

finished() { get "/jobs/$1" | jq --exit-status '.finished_at != null'; }

# outcome JOB: its state, failure and exit code.
outcome() { get "/jobs/$1" | jq --raw-output '"\(.state) \(.failure) \(.exit_code)"'; }

# probe DESCRIPTION TEXT COMMAND: what check_probes is to check: that the
# command, in a job, writes this one line; `exit N` after it if it fails.
probe() {
    probe_descriptions+=("$1")
    probe_texts+=("$2")
    probe_script+="text=\$( ($3) 2>/dev/null ) || text=\"\${text:+\$text }exit \$?\""
    probe_script+=$'\necho "$text"\n'
}
probe_descriptions=()
probe_texts=()
probe_script=

# check_probes: all of them in one job.
check_probes() {
    local job number found
    job=$(submit "$probe_script")
    eventually finished "$job"
    mapfile -t found < <(output "$job")
    for number in "${!probe_texts[@]}"; do
        check "${probe_descriptions[number]}" \
            equal "${found[number]-}" "${probe_texts[number]}"
    done
}

# check_survives WHAT FUNCTION: a job that counts until it is told to stop, and
# the function in the middle of it; it must be the same attempt afterwards, and
# have lost and repeated nothing.
check_survives() {
    local job before after last
    # shellcheck disable=SC2016 # for the job's shell
    job=$(submit 'n=0; rm -f stop; until [ -e stop ]; do n=$((n+1)); echo $n; sleep 0.01; done
        echo $((n+1)); exit 7')
    eventually output_has "$job" 10
    before=$(supervisors_run)
    check "$1: works" "$2"
    check "$1: the job goes on" equal "$(supervisors_run)" "$before"
    # What it has written by now it wrote partly without the daemon; then it
    # goes on to write with it.
    after=$(output "$job" | tail -n 1)
    check "$1: its output goes on" eventually output_has "$job" $((after + 10))
    inside touch /var/lib/jobd/home/stop
    eventually finished "$job"
    check "$1: its end is right" equal "$(outcome "$job")" "failed exit 7"
    last=$(output "$job" | tail -n 1)
    check "$1: its output is there once" equal "$(output "$job")" "$(seq "$last")"
    check "$1: so are its events" equal "$(events "$job")" "queued running failed"
}

# events JOB: its states, in order.
events() {
    get "/jobs/$1/progress" --header 'Accept: application/x-ndjson' |
        jq --raw-output --slurp 'map(select(.state).state) | join(" ")'
}
