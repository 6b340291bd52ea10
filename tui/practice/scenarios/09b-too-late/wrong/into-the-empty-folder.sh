# The service started before the mount: it writes to the directory below.
cable in
until_true 120 grep -q LOGGED_IN /sys/class/iscsi_session/session1/state
systemctl stop ledger-writer.service
umount /srv/ledger
e2fsck -p /dev/ledger/book || [ $? -le 1 ]
systemctl start ledger-writer.service
until_true 20 test -s /srv/ledger/open-year
mount /srv/ledger
