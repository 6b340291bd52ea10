# The filter taken away: the volume is back, and the virtual machine's group is visible.
printf 'devices {\n    global_filter = [ "r|^/dev/loop|" ]\n}\n' > /etc/lvm/lvmlocal.conf
vgchange -a y host
mount /srv/host
