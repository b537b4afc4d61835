#!/bin/sh
# What the tests need beside Python: a browser, PostgreSQL, strace and Go. Installs Debian's packages when it may, else says what is missing.
set -u
packages=""
command -v chromium >/dev/null 2>&1 || packages="$packages chromium"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || packages="$packages postgresql"
command -v strace >/dev/null 2>&1 || packages="$packages strace"
# A program of a stranger, by which what is handed out is verified.
{ command -v go >/dev/null 2>&1 && [ -d /usr/share/gocode/src/golang.org/x/mod ]; } || packages="$packages golang-go golang-golang-x-mod-dev"
[ -z "$packages" ] && exit 0
if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then as=""; elif sudo -n true 2>/dev/null; then as="sudo -n"; else as=no; fi
    if [ "$as" != no ]; then
        echo "Installing Debian's packages for the tests:$packages ..."
        $as apt-get update -q >/dev/null 2>&1
        DEBIAN_FRONTEND=noninteractive $as apt-get install -y -q --no-install-recommends $packages >/dev/null 2>&1 && exit 0
    fi
fi
echo "Missing, and could not be installed:$packages. The tests that need it are skipped, and say so." >&2
exit 0
