# The cable plugged in, then a wait.
cable in
until_true 120 grep -q LOGGED_IN /sys/class/iscsi_session/session1/state
