# The default of iscsid.conf, so that what records inherit can be seen to change.
sed -i 's/^node.session.timeo.replacement_timeout = .*/node.session.timeo.replacement_timeout = 120/' /etc/iscsi/iscsid.conf
systemctl restart iscsid.service
