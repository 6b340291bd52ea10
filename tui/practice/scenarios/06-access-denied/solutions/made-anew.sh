# The secret as a default in iscsid.conf, which only root may read, and the record re-created from it.
target=iqn.2003-01.org.linux-iscsi.lab:mail
printf 'InitiatorName=%s\n' iqn.2003-01.org.linux-iscsi.lab:mx1 > /etc/iscsi/initiatorname.iscsi
chmod 600 /etc/iscsi/iscsid.conf
cat >> /etc/iscsi/iscsid.conf << 'END'
node.startup = automatic
node.session.auth.authmethod = CHAP
node.session.auth.username = mx1
node.session.auth.password = winter-quarter-26
END
systemctl restart iscsid.service
iscsiadm -m node -T $target -p 192.0.2.10:3260,1 -o delete
iscsiadm -m discovery -t sendtargets -p 192.0.2.10
iscsiadm -m node -T $target -p 192.0.2.10 --login
