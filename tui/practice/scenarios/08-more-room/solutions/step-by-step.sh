# The kernel's own file for the rescan, and the file system grown by itself.
disk=$(disk_of iqn.2003-01.org.linux-iscsi.lab:logs 0)
echo 1 > "/sys/block/${disk##*/}/device/rescan"
until_true 20 [ "$(blockdev --getsize64 "$disk")" -gt 600000000 ]
pvresize "$disk"
lvextend -q -l 100%VG logs/journal
resize2fs /dev/logs/journal
