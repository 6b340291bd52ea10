# The right name with the old secret: still error 24.
echo "InitiatorName=iqn.2003-01.org.linux-iscsi.lab:mx1" > /etc/iscsi/initiatorname.iscsi
systemctl restart iscsid.service
status=0
iscsiadm -m node -T iqn.2003-01.org.linux-iscsi.lab:mail -p 192.0.2.10 --login || status=$?
[ $status -eq 24 ]
