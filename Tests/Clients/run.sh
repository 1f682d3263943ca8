#!/bin/sh
# Follows real jobs with clients that others wrote: see README.md.
#   run.sh BIN_DIR [ARTIFACT_DIR]
set -eu

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
    echo "usage: run.sh BIN_DIR [ARTIFACT_DIR]" >&2
    exit 64
fi
here=$(cd "$(dirname "$0")" && pwd)
binaries=$(cd "$1" && pwd)
artifacts=${2:-}

temporary=
trap 'if [ -n "$temporary" ]; then rm -rf "$temporary"; fi' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
if [ -n "${JOBD_TEST_CACHE:-}" ]; then
    cache=$JOBD_TEST_CACHE
else
    temporary=$(mktemp -d)
    cache=$temporary
fi
mkdir -p "$cache"

# The stamp is written last: an environment without it is made again.
environment=$cache/clients-venv
stamp=$(cat "$here/requirements.txt"; python3 -c 'import sys; print(sys.version)')
if [ "$(cat "$environment/stamp" 2>/dev/null || true)" != "$stamp" ]; then
    python3 -m venv --clear "$environment"
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check \
        --no-deps --requirement "$here/requirements.txt"
    printf '%s\n' "$stamp" >"$environment/stamp"
fi

# A proxy for the way out is not to be asked for what is on this machine.
no_proxy='*' PYTHONDONTWRITEBYTECODE=1 "$environment/bin/python" "$here/main.py" "$binaries" \
    ${artifacts:+--artifacts "$artifacts"}
