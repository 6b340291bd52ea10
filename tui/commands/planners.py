"""Which function plans each verb."""

from tui.commands import plans_of_iscsi, plans_of_repair, plans_of_setup, plans_of_storage, plans_of_volumes
from tui.commands.planned import Planner

PLANNERS: dict[str, Planner] = {
    "setup": plans_of_setup.set_up,
    "disconnect": plans_of_storage.disconnect,
    "reconnect": plans_of_storage.reconnect,
    "grow": plans_of_storage.grow,
    "volume new": plans_of_volumes.new,
    "volume remove": plans_of_volumes.remove,
    "volume rename": plans_of_volumes.rename,
    "volume snapshot": plans_of_volumes.snapshot,
    "volume rollback": plans_of_volumes.roll_back,
    "volume pool": plans_of_volumes.pool,
    "volume thin": plans_of_volumes.thin,
    "volume add-disk": plans_of_volumes.add_disk,
    "volume empty-disk": plans_of_volumes.empty_disk,
    "login": plans_of_iscsi.login,
    "logout": plans_of_iscsi.logout,
    "scan": plans_of_iscsi.scan_for_luns,
    "record set": plans_of_iscsi.set_record,
    "record delete": plans_of_iscsi.delete_record,
    "portal forget": plans_of_iscsi.forget_portal,
    "iface add": plans_of_iscsi.add_interface,
    "iface delete": plans_of_iscsi.delete_interface,
    "repair": plans_of_repair.repair,
    "forget-stale": plans_of_repair.forget_stale,
}
