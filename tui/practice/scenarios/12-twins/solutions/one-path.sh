# The second path logged out, which is not in use; then the clone imported, with the original mounted all the time.
studio=iqn.2003-01.org.linux-iscsi.lab:studio
iscsiadm -m node -T $studio -p 198.51.100.10:3260 --logout
iscsiadm -m node -T $studio -p 198.51.100.10:3260 -o delete
vgimportclone -n copy "$(disk_of iqn.2003-01.org.linux-iscsi.lab:monday 0)"
vgchange -a y copy
mount -o ro /dev/copy/work /mnt
cat /mnt/master > /srv/work/master
sync --file-system /srv/work
umount /mnt
