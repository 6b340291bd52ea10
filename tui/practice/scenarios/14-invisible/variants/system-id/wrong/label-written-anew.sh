# The disk that is "not recognised" labelled anew: a group of that name is there, and the letters are gone.
disk=$(disk_of iqn.2003-01.org.linux-iscsi.lab:host 0)
wipefs -q -a "$disk"
vgcreate -q host "$disk"
lvcreate -q --yes -W y -l 100%FREE -n data host
mkfs.ext4 -q -F /dev/host/data
mount /srv/host
