#!/bin/sh
# Installs with apt what run.sh needs and this machine does not have.
# Debian 12 or newer; as root, or where sudo needs no password.
set -eu

root=
if [ "$(id -u)" -ne 0 ]; then root="sudo -n"; fi

missing=
want() { # PROGRAM PACKAGE
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
want curl curl
want openssl openssl
want python3 python3
want node nodejs
want chromium chromium
want chromedriver chromium-driver
python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || missing="$missing python3-venv"

if [ -n "$missing" ]; then
    echo "Installing:$missing"
    $root apt-get -o DPkg::Lock::Timeout=300 update
    # shellcheck disable=SC2086 # a list of words
    $root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
        install -y --no-install-recommends $missing
fi

if ! node --experimental-eventsource -e 'new EventSource("http://127.0.0.1:1/").close()' \
    >/dev/null 2>&1; then
    echo "install.sh: node $(node --version) has no EventSource." >&2
    echo "Install Node 20.18 or newer (Debian 13 has it; for Debian 12: nodejs.org)." >&2
    exit 1
fi
