# The session is up, but the secret is in a file that every user can read.
target=iqn.2003-01.org.linux-iscsi.lab:mail
echo "InitiatorName=iqn.2003-01.org.linux-iscsi.lab:mx1" > /etc/iscsi/initiatorname.iscsi
systemctl restart iscsid.service
umask 022
echo "mx1 winter-quarter-26" > /srv/notes.txt
set_record $target 192.0.2.10 node.session.auth.password winter-quarter-26
iscsiadm -m node -T $target -p 192.0.2.10 --login
