# Only the other disk rejected, by its link; the volume comes by the unit of fstab.
cat > /etc/lvm/lvmlocal.conf << 'END'
devices {
    global_filter = [ "r|^/dev/loop|", "r|^/dev/disk/by-path/.*lab:guests-lun-0|" ]
}
END
vgchange -a y host
systemctl start srv-host.mount
