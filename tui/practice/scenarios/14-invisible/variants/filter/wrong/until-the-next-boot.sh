# One pattern in front, by a link: at boot LVM 2.03.16 is told of the disk before the link is there, and rejects it.
disk=$(links_of iqn.2003-01.org.linux-iscsi.lab:host 0)
sed -i "s#global_filter = \[ #&\"a|^$disk\$|\", #" /etc/lvm/lvmlocal.conf
vgchange -a y host
mountpoint -q /srv/host || mount /srv/host
