# Records that log in at boot: the needed one, two portals nobody can reach, and a target that is gone.
files=iqn.2003-01.org.linux-iscsi.lab:files
retired=iqn.2003-01.org.linux-iscsi.lab:tape-retired
for portal in 192.0.2.10 198.51.100.10 '[fe80::20c:29ff:fe12:3456]'; do
    iscsiadm -m node -T $files -p "$portal:3260,1" -o new
done
iscsiadm -m node -T $retired -p 192.0.2.10:3260,1 -o new
for file in $(find /etc/iscsi/nodes -type f); do
    sed -i -e 's/^node.startup = .*/node.startup = automatic/' \
        -e 's/^node.session.initial_login_retry_max = .*/node.session.initial_login_retry_max = 8/' \
        -e 's/^node.conn\[0\].timeo.login_timeout = .*/node.conn[0].timeo.login_timeout = 8/' "$file"
done
# What is peculiar to the needed record must survive.
set_record $files 192.0.2.10 node.session.timeo.replacement_timeout 77
systemctl enable open-iscsi.service
iscsiadm -m node -T $files -p 192.0.2.10 --login
# The numbers of sessions only count up, so another one is seen to be another one.
echo /sys/class/iscsi_session/session* > "$practice/session"
