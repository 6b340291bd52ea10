# Rescan, then every layer from below, as the hints say.
iscsiadm -m session --rescan
disk=$(disk_of iqn.2003-01.org.linux-iscsi.lab:logs 0)
until_true 20 [ "$(blockdev --getsize64 "$disk")" -gt 600000000 ]
pvresize "$disk"
lvextend -q -r -l +100%FREE logs/journal
