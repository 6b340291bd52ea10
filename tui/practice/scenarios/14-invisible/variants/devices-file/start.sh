# LVM's devices file is in use, and lists the LUN of before alone: neither disk that is here.
cat > /etc/lvm/lvmlocal.conf << 'END'
devices {
    global_filter = [ "r|^/dev/loop|" ]
    use_devicesfile = 1
}
END
mkdir -p /etc/lvm/devices
lvmdevices --yes --adddev "$(disk_of $host 0)"
sed -i -E 's/IDNAME=naa\.[0-9a-f]{16}/IDNAME=naa.6001405b7f10c2d4/' /etc/lvm/devices/system.devices
handed_over
