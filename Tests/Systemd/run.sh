#!/bin/bash
# Tries jobd's units for real: boots systemd in a container that takes its /usr
# from this machine, read-only, and everything else from memory; installs the
# units there as they are; and starts, restarts, kills and hangs the daemon
# while jobs run.
#
# usage: run.sh BIN_DIR     the directory of jobd and jobd-supervise
# exit:  0 good, 1 not, 64 usage, 77 skipped
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
units=$(cd "$here/../../systemd" && pwd)
# How long anything may take before it counts as never happening, in seconds.
readonly patience=20

if [[ $# != 1 ]]; then
    echo "usage: run.sh BIN_DIR" >&2
    exit 64
fi
binaries=$(cd "$1" && pwd)
for program in jobd jobd-supervise; do
    if [[ ! -x $binaries/$program ]]; then
        echo "run.sh: $binaries has no $program; build it first" >&2
        exit 64
    fi
done
if [[ $EUID != 0 ]]; then
    echo "skipped: booting systemd takes root"
    exit 77
fi
for program in systemd-nspawn nsenter setpriv curl jq; do
    if ! command -v $program >/dev/null; then
        echo "skipped: $program is not installed"
        exit 77
    fi
done

work=$(mktemp -d)
# shellcheck source=Tests/Systemd/container.sh
source "$here/container.sh"
# shellcheck source=Tests/Systemd/checks.sh
source "$here/checks.sh"
trap 'trap - EXIT; container_remove; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

container_boot
check "the user exists" inside id jobd

# --- Activation ------------------------------------------------------------

inside systemctl start jobd.socket
check "the socket alone starts nothing" is_state inactive
check "the socket is for root and group jobd" \
    equal "$(inside stat -c '%a %U:%G' "$socket" /run/jobd)" $'660 root:jobd\n755 root:root'
check "the first request starts the daemon and is answered" get /health
check "systemd was told READY=1" eventually is_state active
check "it listens on systemd's socket only" \
    equal "$(inside cat /var/lib/jobd/address)" "unix:$socket"
check "a stranger cannot connect" not get_as --reuid nobody --clear-groups
check "a member of group jobd can" get_as --reuid nobody --groups jobd
# The mode of what is in it comes second: nobody else gets that far.
check "the state is the daemon's alone" \
    equal "$(inside stat -c '%a %U:%G' /var/lib/jobd /var/lib/jobd/home)" \
    $'700 jobd:jobd\n700 jobd:jobd'
check "no file of it is for others" \
    equal "$(inside find /var/lib/jobd ! -type p -perm /007 -o ! -user jobd)" ""

# --- What jobs may and may not ---------------------------------------------

# Directories that their permissions would let user jobd write to.
inside install -d -o jobd -g jobd /srv/jobd /home/jobd /etc/jobd-test /run/jobd-test
# A set-uid program: whoever may execute it becomes root with it.
inside install -m 4755 /usr/bin/id /srv/id
for place in /usr /srv/jobd /home/jobd /etc/jobd-test /run/jobd-test /dev /sys; do
    probe "jobs cannot write in $place" "exit 1" "touch $place/file"
done
for place in . /tmp /var/tmp /dev/shm; do
    probe "jobs can write in $place" made \
        "echo made >$place/jobd-file && cat $place/jobd-file && rm $place/jobd-file"
done
# shellcheck disable=SC2016 # for the job's shell
probe "jobs start in their home" "/var/lib/jobd/home /var/lib/jobd/home" 'echo "$PWD $HOME"'
probe "a set-uid program runs as user jobd" "$(inside id -u jobd)" "/srv/id -u"
probe "jobs have no capabilities" "0000000000000000" \
    "sed -n 's/^Cap...:[[:space:]]*//p' /proc/self/status | sort -u"
probe "jobs cannot make namespaces" "exit 1" "unshare --user true"
probe "jobs see no other user's processes" "exit 1" "test -e /proc/1"
probe "jobs can lower their priority" 5 "nice -n 5 nice"
probe "jobs can make set-gid directories" 2750 \
    "mkdir d && chmod g+s d && stat -c %a d && rmdir d"
probe "jobs know nothing that is the daemon's" "exit 1" \
    "env | grep -E '^(NOTIFY_SOCKET|LISTEN_|WATCHDOG_|JOBD_STATE)'"
check_probes

# --- Jobs survive the daemon -----------------------------------------------

# shellcheck disable=SC2317 # called by check_survives
disturb_restart() { inside systemctl restart jobd; }
check_survives "systemctl restart" disturb_restart

# Kills the daemon and asks at once: the request waits until it is back.
disturb_kill() {
    local before
    before=$(property NRestarts)
    inside systemctl kill --kill-whom=main --signal=KILL jobd
    get /health && eventually greater NRestarts "$before"
}
disturb_kills() { disturb_kill && disturb_kill && disturb_kill; }
check_survives "three SIGKILLs of the daemon" disturb_kills

disturb_stop() {
    inside systemctl stop jobd 2>/dev/null && is_state inactive && supervisors_run &&
        get /health && eventually is_state active
}
check_survives "systemctl stop, and a request" disturb_stop

container_configure $'[Service]\nWatchdogSec=1s'
inside systemctl restart jobd
was=$(property WatchdogTimestampMonotonic)
check "the daemon feeds the watchdog" eventually greater WatchdogTimestampMonotonic "$was"
disturb_hang() {
    local before
    before=$(property NRestarts)
    inside kill -STOP "$(property MainPID)"
    eventually greater NRestarts "$before" && get /health && logged "Watchdog timeout"
}
check_survives "a hang that the watchdog ends" disturb_hang
container_configure ""

# --- What is read anew -----------------------------------------------------

configure_definitions() {
    inside tee /etc/jobd/jobd.yaml <<<"definitions: {$1: {command: [echo, $1]}}" >/dev/null
}
definitions() { get /definitions | jq --raw-output '.definitions[].name'; }
offers() { equal "$(definitions)" "$1"; }

inside mkdir -p /etc/jobd
inside tee /etc/jobd/environment <<<"JOBD_CONFIG=/etc/jobd/jobd.yaml" >/dev/null
configure_definitions first
inside systemctl restart jobd
check "the environment file names the configuration" offers first
main=$(property MainPID)
configure_definitions second
check "systemctl reload works" inside systemctl reload jobd
check "and has the definitions read anew" eventually offers second
configure_definitions '"not a name"'
inside systemctl reload jobd
check "a mistake in them is told" eventually logged "Not read anew"
check "and changes nothing" offers second
check "by the same daemon" equal "$(property ActiveState) $(property MainPID)" "active $main"
inside rm /etc/jobd/environment /etc/jobd/jobd.yaml
inside systemctl restart jobd

# --- Stopping jobs too -----------------------------------------------------

# Both, unlike KillMode=, go to every process of the unit.
endless='trap "echo told; exit 3" TERM; echo begun; while :; do sleep 0.05; done'
job=$(submit "$endless")
eventually output_has "$job" begun
inside systemctl kill jobd
inside systemctl stop jobd 2>/dev/null
check "systemctl kill ends the jobs" eventually not supervisors_run
check "they are told to" output_has "$job" told
check "and recorded" equal "$(outcome "$job")" "failed lost 3"

job=$(submit "$endless")
eventually output_has "$job" begun
inside systemctl kill --signal=KILL jobd
check "the daemon returns when all were killed" get /health
eventually finished "$job"
check "and says that the job is lost" equal "$(outcome "$job")" "failed lost null"

# --- Mistakes --------------------------------------------------------------

inside tee /etc/jobd/environment <<<"JOBD_SLOTS=many" >/dev/null
check "a wrong setting stops the start" not inside systemctl restart jobd 2>/dev/null
check "which is not tried again" \
    equal "$(property ActiveState) $(property ExecMainStatus)" "failed 78"
inside rm /etc/jobd/environment
inside systemctl restart jobd
check "the unit starts once it is right" get /health

job=$(submit "$endless")
eventually output_has "$job" begun
check "a running job does not hold up the shutdown" container_shut_down

exit $((failures > 0))
