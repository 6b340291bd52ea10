# The volume has grown, the file system on it has not.
iscsiadm -m session --rescan
disk=$(disk_of iqn.2003-01.org.linux-iscsi.lab:logs 0)
until_true 20 [ "$(blockdev --getsize64 "$disk")" -gt 600000000 ]
pvresize "$disk"
lvextend -q -l +100%FREE logs/journal
