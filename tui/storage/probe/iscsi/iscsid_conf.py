"""iscsid.conf: the defaults that new records are made from."""

from msgspec import Struct

from tui.storage.host.interface import Host
from tui.storage.model.iscsi import ChapFacts
from tui.storage.probe.iscsi.settings import Setting, Settings, parse_settings

ISCSID_CONF = "/etc/iscsi/iscsid.conf"


class IscsidConf(Struct, frozen=True):
    """What iscsid.conf says.

    Attributes:
        path: the file.
        lines: its settings in order, secrets wrapped.
        exists: the file is there.
        readable: this user may read it.
    """

    path: str
    lines: tuple[Setting, ...] = ()
    exists: bool = True
    readable: bool = True

    @property
    def settings(self) -> Settings:
        """The settings by key."""
        return Settings(self.lines)

    @property
    def session_chap(self) -> ChapFacts:
        """CHAP that new node records get."""
        return self.settings.chap("node.session.auth")

    @property
    def discovery_chap(self) -> ChapFacts:
        """CHAP that new SendTargets records get."""
        return self.settings.chap("discovery.sendtargets.auth")


def read_iscsid_conf(host: Host, path: str = ISCSID_CONF) -> IscsidConf:
    """Read the file; never raises."""
    try:
        return IscsidConf(path, parse_settings(host.read(path)))
    except FileNotFoundError:
        return IscsidConf(path, exists=False)
    except OSError:
        return IscsidConf(path, readable=False)
