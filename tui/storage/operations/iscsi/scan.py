"""Scanning for LUNs that were mapped after the login."""

from typing import ClassVar

from tui.storage.host.interface import ChangingHost, Host
from tui.storage.iscsi.records import record_words
from tui.storage.iscsi.sessions import disks_of, find_session, is_settled
from tui.storage.model.iscsi import Lun, Portal, Session, SessionState
from tui.storage.operations.operation import CannotUndo, Operation, Progress
from tui.storage.problem import Problem, Refused
from tui.storage.size import size_words
from tui.storage.waiting import wait_for
from tui.words import translate as _

_SETTLE = 30.0
"""Seconds for udev to describe the new disks."""


class ScanForLuns(Operation, frozen=True):
    """Scan one session's target for new LUNs.

    It is the second half of `iscsiadm -m session -r SID --rescan` (iscsiadm.c, rescan_session); the first,
    which asks every LUN for its size, is left to growing, where every path is looked after.

    Attributes:
        sid: the session.
        target: its target, so that a number used again is noticed.
        portal: its portal, likewise.
        host_number: the SCSI host of the session.
        iface: its iface record.
    """

    survives_reboot: ClassVar[bool] = False
    sid: int
    target: str
    portal: Portal
    host_number: int
    iface: str = "default"

    @classmethod
    def of(cls, session: Session) -> "ScanForLuns":
        """The scan of a session as it is now."""
        return cls(session.sid, session.target, session.portal, session.host_number, session.iface)

    def title(self) -> str:
        return _("Scan for new LUNs of {record}").format(
            record=record_words(self.target, self.portal, self.iface)
        )

    def why(self) -> str:
        return _(
            "LUNs are scanned at login. A LUN that was mapped later appears after a new scan. Existing"
            " disks do not change."
        )

    def shown(self) -> tuple[str, ...]:
        return (f"echo '- - -' > {self._attribute}",)

    def is_done(self, host: Host) -> bool:  # noqa: ARG002 (only the target knows)
        """Never: only the target knows what it shows."""
        return False

    def check(self, host: Host) -> None:
        """The session is the one that was chosen, and logged in: otherwise a scan would hang."""
        session = self._session(host)
        if session is None or session.sid != self.sid or session.host_number != self.host_number:
            raise Refused(
                Problem(
                    "scan.no-session",
                    _("Session {sid} is no longer there.").format(sid=self.sid),
                    remedy=_("Check the sessions again."),
                )
            )
        if session.state is not SessionState.LOGGED_IN:
            raise Refused(
                Problem(
                    "scan.session-down",
                    _("Session {sid} is not logged in ({state}).").format(
                        sid=self.sid, state=session.state.value
                    ),
                    _("The connection to the target is lost."),
                    _("Wait until it is back, then scan again."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        before = {lun.address for lun in disks_of(host, self.sid)}
        host.write_attribute(self._attribute, "- - -")

        def fresh() -> tuple[Lun, ...]:
            return tuple(lun for lun in disks_of(host, self.sid) if lun.address not in before)

        wait_for(lambda: all(is_settled(host, lun) for lun in fresh()), _SETTLE)
        found = fresh()
        for lun in found:
            progress(
                _("New: LUN {number}, {disk}, {size}.").format(
                    number=lun.number, disk=lun.disk, size=size_words(lun.size)
                )
            )
        if not found:
            progress(_("No new LUN."))

    def verify(self, host: Host) -> None:
        self.check(host)

    def undo(self) -> CannotUndo:
        return CannotUndo(_("The kernel only scanned for LUNs; nothing was written."))

    @property
    def _attribute(self) -> str:
        return f"/sys/class/scsi_host/host{self.host_number}/scan"

    def _session(self, host: Host) -> Session | None:
        return find_session(host, self.target, self.portal, self.iface)
