# A devices file with the one disk in the place of the filter.
disk=$(disk_of iqn.2003-01.org.linux-iscsi.lab:host 0)
sed -i 's/^devices {/&\n    use_devicesfile = 1/' /etc/lvm/lvmlocal.conf
mkdir -p /etc/lvm/devices
lvmdevices --yes --adddev "$disk"
vgchange -a y host
mountpoint -q /srv/host || mount /srv/host
