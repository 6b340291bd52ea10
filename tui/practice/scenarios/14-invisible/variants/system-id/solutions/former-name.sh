# LVM's name for this host set back to the former one; the volume comes by the unit of fstab.
sed -i 's/system_id = "db7"/system_id = "db7-old"/' /etc/lvm/lvmlocal.conf
vgchange -a y host
systemctl start srv-host.mount
