# Unmounted lazily under the writer, and mounted again: it is the same file system, which has stopped.
cable in
until_true 120 grep -q LOGGED_IN /sys/class/iscsi_session/session1/state
umount -l /srv/ledger
! e2fsck -f -y /dev/ledger/book
mount /srv/ledger
systemctl restart ledger-writer.service
