# A firewall on the way refuses both ports, with the answer of a firewall and not that of a closed port.
iscsiadm -m node -T iqn.2003-01.org.linux-iscsi.lab:files -p 192.0.2.10:3260,1 -o new
set_record iqn.2003-01.org.linux-iscsi.lab:files 192.0.2.10 node.startup automatic \
    node.session.initial_login_retry_max 2 'node.conn[0].timeo.login_timeout' 5
cat > /etc/san-firewall.rules << 'END'
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp --dport 3260 -j REJECT --reject-with icmp-admin-prohibited
-A INPUT -p tcp --dport 3261 -j REJECT --reject-with icmp-admin-prohibited
COMMIT
END
in_array iptables-legacy-restore /etc/san-firewall.rules
cat > /usr/local/bin/san-firewall << 'END'
#!/bin/sh
# The firewall in front of the array: iptables(8), as it sees it.
exec nsenter --net=/run/netns/san iptables-legacy "$@"
END
chmod 755 /usr/local/bin/san-firewall
