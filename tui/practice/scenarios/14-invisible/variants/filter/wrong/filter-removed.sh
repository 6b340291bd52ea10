# No filter: this host sees the group of the virtual machine too, and may use it.
sed -i '/"r|^.dev.sd|"/d' /etc/lvm/lvmlocal.conf
vgchange -a y host
mountpoint -q /srv/host || mount /srv/host
