# Nothing done: the path does not come back by itself.
cat /sys/class/iscsi_session/session1/state
