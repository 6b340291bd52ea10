# A ledger that is written to, on a session whose link goes down; the kernel waits 600 seconds for it.
ledger=iqn.2003-01.org.linux-iscsi.lab:ledger
archive=iqn.2003-01.org.linux-iscsi.lab:archive
iscsiadm -m node -T $ledger -p 192.0.2.10:3260,1 -o new
iscsiadm -m node -T $archive -p 198.51.100.10:3260,1 -o new
set_record $ledger 192.0.2.10 node.session.timeo.replacement_timeout 600 \
    'node.conn[0].timeo.noop_out_interval' 2 'node.conn[0].timeo.noop_out_timeout' 2
iscsiadm -m node -T $ledger -p 192.0.2.10 --login
iscsiadm -m node -T $archive -p 198.51.100.10 --login
disk=$(disk_of $ledger 0)
vgcreate -q ledger "$disk"
lvcreate -q --yes -l 100%FREE -n book ledger
mkfs.ext4 -q /dev/ledger/book
mkdir -p /srv/ledger
mount /dev/ledger/book /srv/ledger
sentinel /srv/ledger/closed-year
cat > /usr/local/bin/ledger-writer << 'END'
#!/bin/sh
# Writes a line and has it on the disk before the next one.
number=0
while :; do
    number=$((number + 1))
    echo "$number" >> /srv/ledger/open-year || exit 1
    sync -d /srv/ledger/open-year || exit 1
    sleep 0.2
done
END
chmod 755 /usr/local/bin/ledger-writer
systemd-run --quiet --unit=ledger-writer /usr/local/bin/ledger-writer
until_true 20 test -s /srv/ledger/open-year
systemctl show --value --property MainPID ledger-writer.service > "$practice/writer"
cat > /usr/local/bin/cable << 'END'
#!/bin/sh
# The array's end of the cable of network a: plugged in, or not.
case ${1:-} in
in) exec python3 -m tui.lab.faults link-up network=a ;;
*) echo "usage: cable in" >&2; exit 2 ;;
esac
END
chmod 755 /usr/local/bin/cable
fault link-down network=a
state=$(dirname "$(grep -l $ledger /sys/class/iscsi_session/*/targetname)")/state
until_true 40 grep -q FAILED "$state"
