# The array ends the other's session; a copy made on this host is checked first; a system ID says which host owns the group.
umount /srv/freight
san-hosts remove iqn.2003-01.org.linux-iscsi.lab:db6
until_true 30 sh -c '[ "$(cat /sys/kernel/config/target/iscsi/iqn.*/fabric_statistics/iscsi_instance/sessions)" = 1 ]'
dd if=/dev/freight/hold of=/root/hold bs=4M status=none
cp --sparse=always /root/hold /root/trial
e2fsck -p -f /root/trial || [ $? -le 1 ]
e2fsck -p -f /dev/freight/hold || [ $? -le 1 ]
printf 'global {\n    system_id_source = "lvmlocal"\n}\nlocal {\n    system_id = "db7"\n}\n' >> /etc/lvm/lvmlocal.conf
vgchange --yes --systemid db7 freight
mount /dev/freight/hold /srv/freight
