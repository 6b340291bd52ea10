# A firewall on the way refuses both ports, with the answer of a firewall and not that of a closed port.
iscsiadm -m node -T iqn.2003-01.org.linux-iscsi.lab:files -p 192.0.2.10:3260,1 -o new
set_record iqn.2003-01.org.linux-iscsi.lab:files 192.0.2.10 node.startup automatic \
    node.session.initial_login_retry_max 2 'node.conn[0].timeo.login_timeout' 5
cat > /usr/local/bin/san-firewall << 'END'
#!/bin/sh
# The firewall in front of the array. It is made of routing rules (ip-rule(8)): what a rule of the kind
# `prohibit` finds is answered with ICMP, administratively prohibited.
rule() { ip -n san rule "$@"; }
refused() { rule show | sed -n 's/.* dport \([0-9]*\) prohibit$/\1/p' | sort -n; }
usage() {
    echo "usage: san-firewall show | open PORT... | close PORT... | open-all" >&2
    exit 2
}
way=${1:-show}
[ $# -eq 0 ] || shift
case $way in
show) refused | sed 's|.*|tcp port & is closed: administratively prohibited|' ;;
open | close)
    [ $# -gt 0 ] || usage
    for port in "$@"; do
        case $port in *[!0-9]* | "") usage ;; esac
        while rule del iif s0 ipproto 6 dport "$port" prohibit 2> /dev/null; do :; done
        [ "$way" = open ] || rule add pref 10 iif s0 ipproto 6 dport "$port" prohibit
    done
    ;;
open-all) for port in $(refused); do "$0" open "$port"; done ;;
*) usage ;;
esac
END
chmod 755 /usr/local/bin/san-firewall
# Rules are asked in order, and the first one, for what is delivered here, has to come after the firewall's.
# Only who passes packets on answers with ICMP.
in_array sysctl -qw net.ipv4.ip_forward=1
in_array ip rule add pref 100 lookup local
in_array ip rule del pref 0
san-firewall close 3260 3261
