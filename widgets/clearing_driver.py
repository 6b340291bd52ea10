"""The terminal's driver: leaves a clean screen behind where there is no alternate one to leave."""

from textual.drivers.linux_driver import LinuxDriver

_CLEAR = "\x1b[0m\x1b[2J\x1b[H"
"""SGR, ED and CUP (console_codes(4)): no attributes, nothing on the screen, the cursor in its corner."""


class ClearingDriver(LinuxDriver):
    """Clears the screen before it is given back.

    The Linux console and serial terminals have no alternate screen: the last picture would stay, with the
    prompt somewhere in it. Where there is one it is this that is cleared, which nobody sees.
    """

    def stop_application_mode(self) -> None:
        """Clear, and restore the terminal."""
        self.write(_CLEAR)
        super().stop_application_mode()
