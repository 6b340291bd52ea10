# A name with a typing mistake, and a record with last quarter's secret.
target=iqn.2003-01.org.linux-iscsi.lab:mail
echo "InitiatorName=iqn.2003-01.org.linux-iscsi.lab:mx11" > /etc/iscsi/initiatorname.iscsi
systemctl restart iscsid.service
iscsiadm -m node -T $target -p 192.0.2.10:3260,1 -o new
set_record $target 192.0.2.10 node.startup automatic node.session.auth.authmethod CHAP \
    node.session.auth.username mx1 node.session.auth.password autumn-quarter-26
