# The target discovered, logged in to, now and at boot; LVM finds its PV by itself.
right=iqn.2003-01.org.linux-iscsi.lab:right
iscsiadm -m discoverydb -t sendtargets -p 192.0.2.10 -o new --discover
set_record $right 192.0.2.10:3261 node.startup automatic
iscsiadm -m node -T $right -p 192.0.2.10:3261 --login
disk_of $right 0
vgchange -a y data
mountpoint -q /srv/data || mount /srv/data
