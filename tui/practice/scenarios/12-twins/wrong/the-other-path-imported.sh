# The second path mistaken for the clone: the original gets new UUIDs, underneath its mounted file system.
path=$(readlink -f /dev/disk/by-path/ip-198.51.100.10:3260-iscsi-iqn.2003-01.org.linux-iscsi.lab:studio-lun-0)
vgimportclone --basevgname monday "$path"
