"""What lines of a captured configuration file may say in a twin; the others are left out.

Some settings of these files are commands that run as root: of iscsid.conf `iscsid.startup`, of multipath.conf
`getuid_callout`. So each kind of file has its own allow-list, and what is not on it does not get in.
"""

import re
from collections.abc import Callable

from msgspec import Struct

_VALUE = r"[\w.:,/@\[\]+* -]{0,512}"


class Kept(Struct, frozen=True):
    """The text that is kept of a file, and the lines that are left out, comments aside."""

    text: str
    left_out: tuple[str, ...] = ()


def _by_lines(pattern: str) -> Callable[[str], Kept]:
    compiled = re.compile(pattern)

    def keep(text: str) -> Kept:
        lines = [line.rstrip() for line in text.split("\n")]
        said = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
        kept = [line for line in said if compiled.fullmatch(line) is not None]
        left_out = tuple(line for line in said if compiled.fullmatch(line) is None)
        return Kept("".join(f"{' '.join(line.split())}\n" for line in kept), left_out)

    return keep


settings = _by_lines(rf"[ \t]*(?:node|discovery|iface|isns)\.[\w.\[\]]{{1,80}}[ \t]*=[ \t]*{_VALUE}")
"""iscsid.conf and the records of open-iscsi: `node.startup = manual`. `iscsid.startup` is a command."""

bindings = _by_lines(r"[A-Za-z0-9_.+-]{1,127}[ \t]+[A-Za-z0-9_.:-]{1,200}")
"""multipath's bindings file: `mpatha 36001405…`."""

wwids = _by_lines(r"/[A-Za-z0-9_.:-]{1,200}/")
"""multipath's wwids file."""

devices_file = _by_lines(
    r"(?:SYSTEMID|PRODUCT_UUID|VERSION|HASH)=[A-Za-z0-9_.:-]{0,200}"
    r"|IDTYPE=\w{1,40} IDNAME=[\w.:/+-]{1,300} DEVNAME=[\w./:+-]{1,200}"
    r" PVID=[A-Za-z0-9.]{0,40}(?: PART=[0-9]{1,4})?"
)
"""LVM's devices file (lvmdevices(8))."""

_SECTIONS = frozenset(
    {
        *("defaults", "blacklist", "blacklist_exceptions", "devices", "device", "multipaths", "multipath"),
        *("overrides", "protocol"),
    }
)
_KEYWORDS = frozenset(
    {
        *("polling_interval", "max_polling_interval", "reassign_maps", "verbosity", "find_multipaths"),
        *("path_selector", "path_grouping_policy", "uid_attrs", "uid_attribute", "prio", "features"),
        *("path_checker", "alias", "alias_prefix", "failback", "rr_min_io", "rr_min_io_rq", "max_fds"),
        *("rr_weight", "no_path_retry", "queue_without_daemon", "checker_timeout", "allow_usb_devices"),
        *("flush_on_last_del", "user_friendly_names", "fast_io_fail_tmo", "dev_loss_tmo", "eh_deadline"),
        *("retain_attached_hw_handler", "detect_prio", "detect_checker", "detect_pgpolicy", "force_sync"),
        *("deferred_remove", "skip_kpartx", "partition_delimiter", "strict_timing", "retrigger_tries"),
        *("retrigger_delay", "missing_uev_wait_timeout", "uxsock_timeout", "san_path_err_threshold"),
        *("san_path_err_forget_rate", "san_path_err_recovery_time", "marginal_path_err_sample_time"),
        *("marginal_path_err_rate_threshold", "marginal_path_err_recheck_gap_time", "ghost_delay"),
        *("marginal_path_double_failed_time", "delay_watch_checks", "delay_wait_checks", "remove_retries"),
        *(
            "find_multipaths_timeout",
            "marginal_pathgroups",
            "recheck_wwid",
            "max_sectors_kb",
            "log_checker_err",
        ),
        *("enable_foreign", "auto_resize", "hardware_handler", "wwid", "devnode", "property", "protocol"),
        *("vendor", "product", "product_blacklist", "revision", "type", "pg_timeout", "pgfailback"),
    }
)
_TOKEN = re.compile(r'"(?:[^"\n]*)"|[{}]|[^\s"{}#!]+|[#!][^\n]*|\s')
_WORD = re.compile(r'"?[\w.,:/ ()\[\]|^$*+!?\\=-]{0,200}"?')


def multipath_conf(text: str) -> Kept:
    """multipath.conf(5): sections, and settings that are no command and no path of a file."""
    kept: list[str] = []
    left_out: list[str] = []
    depth = 0
    for line in text.split("\n"):
        words = [word for word in _TOKEN.findall(line) if not word.isspace() and word[0] not in "#!"]
        if not words:
            continue
        if words[1:] == ["{"] and words[0] in _SECTIONS:
            kept.append(f"{'    ' * depth}{words[0]} {{")
            depth += 1
        elif words == ["}"] and depth:
            depth -= 1
            kept.append(f"{'    ' * depth}}}")
        elif len(words) == 2 and depth and _is_setting(*words):
            kept.append(f"{'    ' * depth}{words[0]} {words[1]}")
        else:
            left_out.append(line.strip())
    kept += ["}"] * depth
    return Kept("".join(f"{line}\n" for line in kept), tuple(left_out))


def _is_setting(key: str, value: str) -> bool:
    return key in _KEYWORDS and _WORD.fullmatch(value) is not None and value.count('"') in (0, 2)
