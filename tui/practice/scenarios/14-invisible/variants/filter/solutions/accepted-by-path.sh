# One pattern in front that accepts the one disk; at boot the group is activated by its name, after the login.
disk=$(links_of iqn.2003-01.org.linux-iscsi.lab:host 0)
sed -i "s#global_filter = \[ #&\"a|^$disk\$|\", #" /etc/lvm/lvmlocal.conf
vgchange -a y host
mountpoint -q /srv/host || mount /srv/host
sed -i 's/^LVMGROUPS=.*/LVMGROUPS="host"/' /etc/default/open-iscsi
