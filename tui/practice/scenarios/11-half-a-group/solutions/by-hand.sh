# A record created by hand, without a discovery.
right=iqn.2003-01.org.linux-iscsi.lab:right
iscsiadm -m node -T $right -p 192.0.2.10:3261,1 -o new
set_record $right 192.0.2.10:3261 node.startup automatic
iscsiadm -m node --loginall=automatic || [ $? -eq 15 ]
disk_of $right 0
vgchange -a y data
systemctl start srv-data.mount
