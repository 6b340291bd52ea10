# Every disk that is there listed, that of the virtual machine too.
for name in host guests; do
    lvmdevices --yes --adddev "$(disk_of "iqn.2003-01.org.linux-iscsi.lab:$name" 0)"
done
vgchange -a y host
mountpoint -q /srv/host || mount /srv/host
