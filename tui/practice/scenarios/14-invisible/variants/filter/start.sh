# A filter that rejects every SCSI disk, meant for those of virtual machines.
cat > /etc/lvm/lvmlocal.conf << 'END'
devices {
    # Not the backing files of the array, and not the disks of virtual machines.
    global_filter = [ "r|^/dev/loop|", "r|^/dev/sd|" ]
}
END
handed_over
