#!/bin/sh
# Runs in a fresh tree of a release as root: installs the Debian package in /trial, uses it, removes it, and
# sees that nothing is left. Then the same with the program in one file.
set -eu

use() {
    "$@" --help > /dev/null
    "$@" --version | grep -q '^iscsi-console [0-9]'
    "$@" --version --json > /dev/null
    "$@" status
    "$@" doctor > /dev/null || [ $? -le 3 ]
    "$@" history > /dev/null 2>&1 || [ $? -eq 2 ]
    [ "$("$@" practice --list | wc -l)" -ge 10 ]
}

left() {
    find / -xdev \( -path /proc -o -path /sys -o -path /trial \) -prune -o -name '*iscsi?console*' -print
}

dpkg --install /trial/*.deb
use iscsi-console
man --where iscsi-console > /dev/null
bash -c '
    . /usr/share/bash-completion/completions/iscsi-console
    COMP_WORDS=(iscsi-console doc); COMP_CWORD=1; _iscsi_console; [ "${COMPREPLY[0]}" = doctor ]'
# A user other than root, whose environment chooses nothing, looks at the host and finds the scenarios.
setpriv --reuid=65534 --regid=65534 --clear-groups iscsi-console status > /dev/null
dpkg --purge iscsi-console
[ -z "$(left)" ] || { left; exit 1; }

if [ -e /trial/iscsi-console.pyz ]; then
    use python3 -IXutf8 /trial/iscsi-console.pyz
    setpriv --reuid=65534 --regid=65534 --clear-groups \
        python3 -IXutf8 /trial/iscsi-console.pyz practice --list > /dev/null
    rm -r /var/cache/iscsi-console
    [ -z "$(left)" ] || { left; exit 1; }
fi
echo "Installed, used and removed: nothing is left."
