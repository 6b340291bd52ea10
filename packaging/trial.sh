#!/bin/sh
# Runs in a fresh tree of a release as root, with what is to be tried in /trial: installs the Debian package, uses
# it, removes it, and sees that nothing is left. Then the same with the RPM package, and with the program in one file.
set -eu

use() {
    "$@" --help > /dev/null
    "$@" --version | grep -q '^iscsi-console [0-9]'
    "$@" --version --json > /dev/null
    "$@" status
    "$@" doctor > /dev/null || [ $? -le 3 ]
    "$@" history > /dev/null 2>&1 || [ $? -eq 2 ]
    [ "$("$@" practice --list | wc -l)" -ge 10 ]
    # A user other than root, whose environment chooses nothing, looks at the host and finds the scenarios.
    as_user "$@" status > /dev/null
    as_user "$@" practice --list > /dev/null
}

as_user() {
    setpriv --reuid=trial --regid=trial --init-groups --reset-env "$@"
}

home_of_user() {
    getent passwd trial | cut -d : -f 6
}

# A practice machine that came in a file is booted by that user: one command, and a shell on a terminal.
practise() {
    [ -e /trial/lab ] || return 0
    [ -d "$(home_of_user)/.cache/iscsi-console/lab" ] || as_user "$@" lab import /trial/lab
    [ "$(as_user "$@" lab exec -- iscsi-console status --quick | head -c 10)" = 'Storage on' ]
    as_user python3 /trial/trial_shell.py "$@"
    echo "A practice machine was booted."
}

left() {
    find / -xdev \( -path /proc -o -path /sys -o -path /trial -o -path "$(home_of_user)/.cache" \) -prune \
        -o -name '*iscsi?console*' -print
}

nothing_left() {
    [ -z "$(left)" ] || { left; exit 1; }
}

find_manual_and_completion() {
    man --where iscsi-console > /dev/null
    bash -c '
        . /usr/share/bash-completion/completions/iscsi-console
        COMP_WORDS=(iscsi-console doc); COMP_CWORD=1; _iscsi_console; [ "${COMPREPLY[0]}" = doctor ]'
}

useradd --create-home trial

if ls /trial/*.deb > /dev/null 2>&1; then
    dpkg --install /trial/*.deb
    echo "Installed: $(du -sk /usr/lib/iscsi-console | cut -f 1) KiB in its own folder."
    use /usr/sbin/iscsi-console
    find_manual_and_completion
    practise /usr/sbin/iscsi-console
    dpkg --purge iscsi-console
    nothing_left
fi

if ls /trial/*.rpm > /dev/null 2>&1; then
    # The names of what it needs are those of RPM distributions; plugins ask for mounts that a tree does not have.
    rpm --noplugins --nodeps --install /trial/*.rpm
    rpm --nodeps --verify iscsi-console
    use /usr/sbin/iscsi-console
    find_manual_and_completion
    rpm --noplugins --erase iscsi-console
    nothing_left
fi

if [ -e /trial/iscsi-console.pyz ]; then
    use python3 -IXutf8 /trial/iscsi-console.pyz
    practise python3 -IXutf8 /trial/iscsi-console.pyz
    rm -r /var/cache/iscsi-console
    nothing_left
fi
echo "Installed, used and removed: nothing is left."
