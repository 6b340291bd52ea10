# The record is automatic and fstab has its line, but the array's ACL does not have this host's name.
target=iqn.2003-01.org.linux-iscsi.lab:files
iscsiadm -m discovery -t sendtargets -p 192.0.2.10
set_record $target 192.0.2.10 node.startup automatic node.session.initial_login_retry_max 1
iscsiadm -m node -T $target -p 192.0.2.10 --login || true
mkdir -p /srv/data
echo "/dev/data/app /srv/data ext4 defaults,_netdev,nofail 0 2" >> /etc/fstab
