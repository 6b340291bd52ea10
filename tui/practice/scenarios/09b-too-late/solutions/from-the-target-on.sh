# Everything taken down to the session, and set up again, with e2fsck -n first.
ledger=iqn.2003-01.org.linux-iscsi.lab:ledger
cable in
until_true 120 grep -q LOGGED_IN /sys/class/iscsi_session/session1/state
systemctl stop ledger-writer.service
systemctl stop srv-ledger.mount
vgchange -a n ledger
iscsiadm -m node -T $ledger -p 192.0.2.10 --logout
iscsiadm -m node -T $ledger -p 192.0.2.10 --login
disk_of $ledger 0
vgchange -a y ledger
e2fsck -f -n /dev/ledger/book || [ $? -le 4 ]
e2fsck -f -y /dev/ledger/book || [ $? -le 1 ]
mount /srv/ledger
systemctl start ledger-writer.service
