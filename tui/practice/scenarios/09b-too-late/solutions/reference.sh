# The path first, then from above: the service, the mount; checked, and mounted again.
cable in
until_true 120 grep -q LOGGED_IN /sys/class/iscsi_session/session1/state
systemctl stop ledger-writer.service
umount /srv/ledger
e2fsck -p /dev/ledger/book || [ $? -le 1 ]
e2fsck -f -n /dev/ledger/book
mount /srv/ledger
systemctl start ledger-writer.service
