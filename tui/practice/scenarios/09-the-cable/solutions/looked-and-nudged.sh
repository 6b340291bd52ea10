# Looked first; the link brought up by hand, and the reconnecting waited for until the writer goes on.
ip -br link show eth0
cat /sys/class/iscsi_session/session1/recovery_tmo
in_array ip link set s0 up
until_true 60 ping -c 1 -W 1 192.0.2.10
before=$(cat /sys/class/iscsi_session/session1/state)
echo "was $before"
until_true 120 grep -q LOGGED_IN /sys/class/iscsi_session/session1/state
