"""Replacing a file of the system: backup, SELinux label, and reload of systemd."""

from tui.storage.host.interface import ChangingHost, Command, Host, Replacement
from tui.storage.iscsi.record_file import restore_label
from tui.storage.operations.calls import change


def text_or_empty(host: Host, path: str) -> str:
    """The text of a file, empty when there is none.

    Raises:
        OSError: it is there and cannot be read.
    """
    try:
        return host.read(path)
    except FileNotFoundError:
        return ""


def put(host: ChangingHost, path: str, old: str, new: str) -> None:
    """Replace the text of a file and keep a dated copy of the old one; a new file gets its SELinux label.

    Raises:
        Refused: the file has another content than `old` by now, or must not be replaced.
        OSError: the disk is full or read-only; the file is as it was then.
    """
    expected = old.encode(errors="surrogateescape")
    change = Replacement(backup=expected or None, expected=expected)
    host.replace(path, new.encode(errors="surrogateescape"), change)
    if not old:
        restore_label(host, path)


def reload_systemd(host: ChangingHost, what: str) -> None:
    """Have systemd read its units and fstab again, where it runs."""
    if runs_systemd(host):
        change(host, ("systemctl", "daemon-reload"), what, deadline=90.0)


def runs_systemd(host: Host) -> bool:
    """Whether systemd is the init of this host (sd_booted(3))."""
    return host.facts("/run/systemd/system") is not None


def unit_properties(host: Host, unit: str, *names: str) -> dict[str, str]:
    """Properties of a unit (systemctl(1), show); empty where systemd does not respond."""
    outcome = host.run(Command(("systemctl", "show", f"--property={','.join(names)}", "--", unit)))
    pairs = (line.partition("=") for line in outcome.stdout.split("\n")) if outcome.ok else ()
    return {key: value for key, equals, value in pairs if equals}
