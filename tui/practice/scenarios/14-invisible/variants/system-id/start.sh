# Each group has a system ID: that of this host's former name, and that of the virtual machine.
name_of_host() {
    cat > /etc/lvm/lvmlocal.conf << END
devices {
    global_filter = [ "r|^/dev/loop|" ]
}
global {
    system_id_source = "lvmlocal"
}
local {
    system_id = "$1"
}
END
}
name_of_host db7-old
vgchange -q --yes --systemid db7-old host
vgchange -q --yes --systemid vm-mail guests
handed_over
name_of_host db7
