# The one disk listed; nothing was written to it.
disk=$(disk_of iqn.2003-01.org.linux-iscsi.lab:host 0)
lvmdevices --yes --adddev "$disk"
vgchange -a y host
mountpoint -q /srv/host || mount /srv/host
