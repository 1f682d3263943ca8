# shellcheck shell=bash disable=SC2154
# A container with systemd in it, for run.sh, which has set $work, $units,
# $binaries and $patience. Nothing in it outlives container_remove.

# The process that is the container's outside; its first inside; the control
# groups it was given.
container_outside=
container_init=
container_groups=()

# inside COMMAND...: runs it in the container, as root.
inside() { nsenter -t "$container_init" -a -- "$@"; }

# container_boot: returns when the container has booted.
container_boot() {
    local name=jobd-test-$$ directory binds=() libraries
    local configuration=/etc/systemd/system
    # Overlaid on /usr, so that the programs are where the unit says.
    mkdir -p "$work/bin" "$work/libexec/jobd"
    cp "$binaries/jobd" "$work/bin"
    cp "$binaries/jobd-supervise" "$work/libexec/jobd"
    # Shared libraries that are not in /usr, which the container has.
    libraries=$(ldd "$work/bin/jobd" 2>/dev/null || true)
    while read -r directory; do
        binds+=("--bind-ro=$directory")
    done < <(sed -n 's,.*=> \(/.*\)/[^/]* (0x.*,\1,p' <<<"$libraries" | sort -u |
        grep -Ev '^/(usr/)?lib' || true)
    # Of the units that /usr has, the container needs none enabled.
    echo 'disable *' >"$work/preset"
    local keep=()
    if [[ ! -d /run/systemd/system ]]; then
        # Nobody is there to ask for a control group: it uses its own.
        keep=(--keep-unit)
        container_make_groups "$name"
    fi
    (
        for directory in "${container_groups[@]}"; do
            echo "$BASHPID" >"$directory/cgroup.procs"
        done
        exec systemd-nspawn --boot --directory=/ --volatile=yes --machine="$name" \
            --register=no "${keep[@]}" --private-network "${binds[@]}" \
            --overlay-ro="/usr/bin:$work/bin:/usr/bin" \
            --overlay-ro="/usr/libexec:$work/libexec:/usr/libexec" \
            --bind-ro="$units/jobd.service:$configuration/jobd.service" \
            --bind-ro="$units/jobd.socket:$configuration/jobd.socket" \
            --bind-ro="$units/jobd.sysusers:/etc/sysusers.d/jobd.conf" \
            --bind-ro="$work/preset:$configuration-preset/00-none.preset" \
            systemd.firstboot=no </dev/null >"$work/console" 2>&1
    ) &
    container_outside=$!
    if ! eventually container_has_booted; then
        echo "FAIL  the container boots"
        cat "$work/console"
        exit 1
    fi
}

container_has_booted() {
    kill -0 "$container_outside" || exit 1
    container_init=$(pgrep -P "$container_outside") || return 1
    # `degraded`: something else of this machine's /usr did not work.
    [[ $(inside systemctl is-system-running) =~ ^(running|degraded)$ ]]
}

# container_make_groups NAME: a control group below this shell's own, in each
# of the hierarchies that systemd uses. See cgroups(7).
container_make_groups() {
    local number controllers path root
    while IFS=: read -r number controllers path; do
        case $number:$controllers in
        *:name=systemd) root=/sys/fs/cgroup/systemd ;;
        0:) root=/sys/fs/cgroup/unified ;;
        *) continue ;;
        esac
        # Without version 1 there is but one hierarchy.
        [[ -d $root ]] || root=/sys/fs/cgroup
        container_groups+=("$root${path%/}/$1")
    done </proc/self/cgroup
    mkdir "${container_groups[@]}"
}

# container_configure TEXT: a drop-in for jobd.service; none when empty.
container_configure() {
    local directory=/run/systemd/system/jobd.service.d
    if [[ -n $1 ]]; then
        inside mkdir -p $directory
        inside tee $directory/test.conf <<<"$1" >/dev/null
    else
        inside rm -f $directory/test.conf
    fi
    inside systemctl daemon-reload
}

container_is_gone() { ! kill -0 "$container_outside"; }

# container_shut_down: fails when that takes too long.
container_shut_down() { inside systemctl poweroff && eventually container_is_gone; }

# container_remove: leaves nothing of it behind, however far it has come.
container_remove() {
    if [[ -n $container_outside ]] && ! container_is_gone 2>/dev/null; then
        # With its first process all processes of the container die, and
        # nspawn then unmounts what it mounted.
        container_init=$(pgrep -P "$container_outside" || true)
        if [[ -n $container_init ]]; then
            kill -KILL "$container_init"
        else
            kill -TERM "$container_outside"
        fi
        eventually container_is_gone || kill -KILL "$container_outside"
    fi
    local group
    for group in "${container_groups[@]}"; do
        find "$group" -depth -type d -exec rmdir {} +
    done
    # nspawn does not always manage to remove this.
    rmdir "/run/systemd/nspawn/propagate/jobd-test-$$" 2>/dev/null || true
}
