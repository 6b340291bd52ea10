# The name corrected, the secret edited in the record's file, then the login.
target=iqn.2003-01.org.linux-iscsi.lab:mail
echo "InitiatorName=iqn.2003-01.org.linux-iscsi.lab:mx1" > /etc/iscsi/initiatorname.iscsi
systemctl restart iscsid.service
sed -i 's/^node.session.auth.password = .*/node.session.auth.password = winter-quarter-26/' \
    "/etc/iscsi/nodes/$target/192.0.2.10,3260,1/default"
iscsiadm -m node -T $target -p 192.0.2.10 --login
