#!/usr/bin/env bash
# Installs what verify.sh and run.sh need, as far as it is missing.
set -euo pipefail
missing=()
want() { command -v "$1" >/dev/null || missing+=("$2"); }
want systemctl systemd
want systemd-nspawn systemd-container
want dbus-daemon dbus
want curl curl
want jq jq
[ ${#missing[@]} = 0 ] && exit 0
[ "$(id -u)" = 0 ] && sudo= || sudo=sudo
$sudo apt-get update -q
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}"
