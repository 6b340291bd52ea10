# The volume mapped by hand, past LVM: mounted until the next boot, and the group still is a stranger.
disk=$(disk_of iqn.2003-01.org.linux-iscsi.lab:host 0)
sectors=$(($(blockdev --getsz "$disk") / 8192 * 8192 - 8192))
echo "0 $sectors linear $disk 2048" | dmsetup create host-data
mount /dev/mapper/host-data /srv/host
