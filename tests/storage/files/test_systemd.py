"""Calls of systemctl."""

from tui.storage.files.systemd import systemctl


def test_a_unit_whose_name_begins_like_an_option_is_no_option() -> None:
    assert systemctl("start", "-.mount").argv == ("systemctl", "start", "--", "-.mount")
    assert systemctl("start", "iscsid.socket").argv == ("systemctl", "start", "iscsid.socket")
