# Mounted again without a check, with the errors it noted.
cable in
until_true 120 grep -q LOGGED_IN /sys/class/iscsi_session/session1/state
systemctl stop ledger-writer.service
umount /srv/ledger
mount /srv/ledger
systemctl start ledger-writer.service
