# The service stopped, unmounted, grown, mounted and started again: larger, but it was interrupted.
systemctl stop log-writer.service
umount /srv/logs
iscsiadm -m session --rescan
disk=$(disk_of iqn.2003-01.org.linux-iscsi.lab:logs 0)
until_true 20 [ "$(blockdev --getsize64 "$disk")" -gt 600000000 ]
pvresize "$disk"
lvextend -q -l +100%FREE logs/journal
e2fsck -f -p /dev/logs/journal
resize2fs /dev/logs/journal
mount /dev/logs/journal /srv/logs
systemd-run --quiet --unit=log-writer /usr/local/bin/log-writer
