#!/usr/bin/env bash
# Proves that run.py makes the app run on bare Debian machines: python3 and ca-certificates, nothing else.
#
#   packaging/prove_bare.sh [SUITE…] [-- COMMAND…]
#
# SUITE: bookworm and trixie unless named. COMMAND…: what to run instead of the usual list, in the checkout.
# Needs root and debootstrap. Takes the mirror, the proxy, the certificates and pip's settings from this machine.
# Tests what is committed (HEAD), in a root of its own below ${PROVE_DIR:-/var/tmp/judge-app-roots}; the bare roots are
# kept there for the next time (KEEP=1 keeps the used ones as well).
set -euo pipefail

[ "$(id -u)" = 0 ] || { echo "run this as root" >&2; exit 1; }
if [ -z "${PROVE_IN_OWN_MOUNTS:-}" ]; then # whatever is mounted below goes when this process ends, also if it is killed
    exec env PROVE_IN_OWN_MOUNTS=1 unshare --mount --propagation private "$0" "$@"
fi
here=$(cd "$(dirname "$0")/.." && pwd)
dir=${PROVE_DIR:-/var/tmp/judge-app-roots}
suites=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    suites+=("$1")
    shift
done
[ "${1:-}" != -- ] || shift
[ ${#suites[@]} -gt 0 ] || suites=(bookworm trixie)

command -v debootstrap >/dev/null || { echo "debootstrap is missing" >&2; exit 1; }
# This machine's own mirror: the first of its package lists that is not the security archive's.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1)

bare_root() { # SUITE: makes $dir/SUITE.bare once
    local bare=$dir/$1.bare
    [ -e "$bare/.made" ] && return
    rm -rf "$bare"
    mkdir -p "$dir"
    echo "== $1: making a bare root" >&2
    debootstrap --variant=minbase --include=python3,ca-certificates "$1" "$bare" "$mirror" >"$dir/$1.log" ||
        { tail -n 20 "$dir/$1.log" >&2; exit 1; }
    touch "$bare/.made"
}

network_of_this_machine() { # ROOT: how to reach the mirror and the package index, as here
    local path
    apt-config dump Acquire | grep -v '""' >"$1/etc/apt/apt.conf.d/99this-machine"
    for path in /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt /etc/pip.conf /root/.config/pip; do
        [ -e "$path" ] || continue
        mkdir -p "$1$(dirname "$path")"
        rm -rf "${1:?}$path"
        cp -rL "$path" "$1$path"
    done
}

in_root() { # ROOT COMMAND…: with the variables that lead to the package index and no others
    local root=$1 name keep=()
    shift
    while IFS= read -r name; do keep+=("$name=${!name}"); done < <(
        compgen -e | grep -E '^(PIP_|SSL_CERT|REQUESTS_CA|CURL_CA)|_proxy$|_PROXY$' || true
    )
    chroot "$root" env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${keep[@]}" \
        sh -c 'cd /judge-app && exec "$@"' sh "$@" </dev/null
}

timed() { # ROOT COMMAND…
    local begun=$EPOCHREALTIME status=0
    echo "== ${root##*/}: ${*:2}" >&2
    in_root "$@" || status=$?
    awk -v a="$begun" -v b="$EPOCHREALTIME" -v s="$status" 'BEGIN { printf "== %.2f s, status %d\n", b - a, s }' >&2
    return "$status"
}

failed=0
for suite in "${suites[@]}"; do
    bare_root "$suite"
    root=$dir/$suite.used
    rm -rf --one-file-system "$root"
    cp -a "$dir/$suite.bare" "$root"
    network_of_this_machine "$root"
    git clone -q --no-hardlinks "$here" "$root/judge-app"
    mount -t proc proc "$root/proc"
    mount -t tmpfs tmpfs "$root/dev/shm"
    if [ $# -gt 0 ]; then
        timed "$root" "$@" || failed=1
    else
        timed "$root" python3 run.py app --help || failed=1
        timed "$root" python3 run.py app --help >/dev/null || failed=1
        timed "$root" python3 run.py demo --headless --out /tmp/demo || failed=1
        timed "$root" python3 run.py test --no-office || failed=1
    fi
    umount "$root/dev/shm" "$root/proc"
    [ -n "${KEEP:-}" ] || rm -rf --one-file-system "$root"
done
exit "$failed"
