"""CHAP settings of node records, of discovery records, and of iscsid.conf for records to come.

Secrets go into the files themselves, never through a command. The journal holds none either: an operation
that is resumed from it has names without secrets. It then counts as done when the host stores secrets under
those names, and is refused otherwise, so that the person types them again.
"""

from tui.storage.host.interface import ChangingHost, Command, Host, Replacement
from tui.storage.iscsi.chap import ChapKind, ChapSettings, problems
from tui.storage.iscsi.discovery import DiscoveryKind
from tui.storage.iscsi.iscsiadm_call import node
from tui.storage.iscsi.record_file import (
    Values,
    change_record,
    database_of,
    edit_conf,
    without_secrets,
)
from tui.storage.iscsi.records import find_record, no_record_problem
from tui.storage.model.iscsi import NodeRecord, Portal
from tui.storage.operations.operation import CannotUndo, Operation, Progress
from tui.storage.probe.iscsi.iscsid_conf import ISCSID_CONF
from tui.storage.probe.iscsi.records import portal_name
from tui.storage.probe.iscsi.settings import Settings, parse_settings
from tui.storage.problem import NotVerified, Problem, Refused
from tui.storage.secret import MASK, Secret
from tui.storage.untrusted import clean
from tui.words import enumerated, prose, translate as _

NODE_PREFIX = "node.session.auth"
DISCOVERY_PREFIX = "discovery.sendtargets.auth"


def chap_values(prefix: str, chap: ChapSettings) -> dict[str, str | Secret]:
    """The settings below a prefix that make these CHAP settings; empty ones are to be removed."""
    return {
        f"{prefix}.authmethod": "None" if chap.kind is ChapKind.NONE else "CHAP",
        f"{prefix}.username": chap.username,
        f"{prefix}.password": chap.password,
        f"{prefix}.username_in": chap.username_in,
        f"{prefix}.password_in": chap.password_in,
    }


def is_stored(content: str, prefix: str, chap: ChapSettings) -> bool:
    """Whether a file holds these settings; where the secrets are not known, whether it holds any.

    Args:
        content: the text of a record or of iscsid.conf.
        prefix: which of its CHAP settings.
        chap: what is wanted.
    """
    settings = Settings(parse_settings(content))
    wanted = chap_values(prefix, chap)
    if settings.text(f"{prefix}.authmethod", "None") != wanted[f"{prefix}.authmethod"]:
        return False
    for name, secret in (("", chap.password), ("_in", chap.password_in)):
        stored = settings.secret(f"{prefix}.password{name}")
        username = str(wanted[f"{prefix}.username{name}"])
        if settings.text(f"{prefix}.username{name}") != username:
            return False
        if secret or not username:
            if (stored or Secret("")) != secret:
                return False
        elif stored is None:
            return False
    return True


def shown_values(values: Values) -> str:
    """Settings as a person may see them, one after the other, secrets masked."""
    return enumerated(
        _("without {key}").format(key=key)
        if not value
        else f"{key} = {MASK if isinstance(value, Secret) else clean(value)}"
        for key, value in values.items()
    )


class SetRecordChap(Operation, frozen=True):
    """Set CHAP for the logins of one node record.

    Attributes:
        target: the target's name.
        portal: address and port.
        iface: name of the iface record.
        chap: what to set; `NO_CHAP` takes names and secrets away.
    """

    target: str
    portal: Portal
    iface: str
    chap: ChapSettings

    def title(self) -> str:
        words = _set_words(self.chap.kind)
        return words.format(
            what=_("{target} at {portal}").format(target=clean(self.target), portal=clean(self.portal.label))
        )

    def why(self) -> str:
        return prose(_why(self.chap.kind), _("An open session keeps the old settings until it logs out."))

    def shown(self) -> tuple[str, ...]:
        edit = _("edit the record of {target} at {portal}: {values}").format(
            target=clean(self.target),
            portal=clean(self.portal.label),
            values=shown_values(_masked(NODE_PREFIX, self.chap)),
        )
        return (edit, self._show.shown)

    def is_done(self, host: Host) -> bool:
        record = find_record(host, self.target, self.portal, self.iface)
        return record is not None and _file_holds(host, record.path, NODE_PREFIX, self.chap)

    def check(self, host: Host) -> None:
        _refuse_unusable(self.chap)
        self._record(host)

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        change_record(host, self._record(host).path, chap_values(NODE_PREFIX, self.chap))

    def verify(self, host: Host) -> None:
        """They are read by iscsiadm as they were written."""
        Operation.verify(self, host)
        read = host.run(self._show).stdout.split("\n")
        for key, username in (("password", self.chap.username), ("password_in", self.chap.username_in)):
            if (f"{NODE_PREFIX}.{key} = {MASK}" in read) != bool(username):
                raise NotVerified(
                    Problem(
                        "chap.not-read",
                        _("iscsiadm does not show the CHAP settings that were written."),
                        _("The record database may be in another place or format than expected."),
                        _("Check the output of {command}.").format(command=self._show.shown),
                    )
                )

    def undo(self) -> CannotUndo:
        return CannotUndo(_("The previous secrets are not stored anywhere, so they cannot be restored."))

    @property
    def _show(self) -> Command:
        return node(self.target, self.portal, self.iface, changes=False)

    def _record(self, host: Host) -> NodeRecord:
        record = find_record(host, self.target, self.portal, self.iface)
        if record is None:
            raise Refused(no_record_problem(self.target, self.portal))
        return record


class SetDiscoveryChap(Operation, frozen=True):
    """Set CHAP for asking one portal for its targets.

    Attributes:
        kind: how the portal is asked; only SendTargets knows CHAP.
        portal: whom.
        chap: what to set; `NO_CHAP` takes names and secrets away.
    """

    kind: DiscoveryKind
    portal: Portal
    chap: ChapSettings

    def title(self) -> str:
        return _set_words(self.chap.kind).format(
            what=_("discovery at {portal}").format(portal=clean(self.portal.label))
        )

    def why(self) -> str:
        return prose(_why(self.chap.kind), _("Discovery has its own secrets, separate from those for login."))

    def shown(self) -> tuple[str, ...]:
        return (
            _("edit the discovery record of {portal}: {values}").format(
                portal=clean(self.portal.label), values=shown_values(_masked(DISCOVERY_PREFIX, self.chap))
            ),
        )

    def is_done(self, host: Host) -> bool:
        if self.kind is not DiscoveryKind.SENDTARGETS:
            return self.chap.kind is ChapKind.NONE
        return _file_holds(host, self._path(host), DISCOVERY_PREFIX, self.chap)

    def check(self, host: Host) -> None:
        if self.kind is not DiscoveryKind.SENDTARGETS:
            raise Refused(
                Problem(
                    "chap.only-sendtargets",
                    _("This discovery method does not support CHAP."),
                    _("Only SendTargets supports it."),
                    _("Choose no CHAP for discovery."),
                    "discovery.kind",
                )
            )
        _refuse_unusable(self.chap)
        if host.facts(self._path(host)) is None:
            raise Refused(
                Problem(
                    "chap.no-discovery-record",
                    _("There is no discovery record of {portal}.").format(portal=clean(self.portal.label)),
                    remedy=_("Create it first; setup does this when it queries the portal."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:  # noqa: ARG002 (it is short)
        change_record(host, self._path(host), chap_values(DISCOVERY_PREFIX, self.chap))

    def undo(self) -> CannotUndo:
        return CannotUndo(_("The previous secrets are not stored anywhere, so they cannot be restored."))

    def _path(self, host: Host) -> str:
        name = portal_name(Portal(self.portal.address, self.portal.port))
        return f"{database_of(host).root}/send_targets/{name}/st_config"


class SetDefaultChap(Operation, frozen=True):
    """Set CHAP in iscsid.conf, from which every record made later gets it; records that exist stay.

    Attributes:
        session: for logins, or None to leave it as it is.
        discovery: for asking portals, or None to leave it as it is.
    """

    session: ChapSettings | None
    discovery: ChapSettings | None

    def title(self) -> str:
        return _("Set CHAP for new records")

    def why(self) -> str:
        return _(
            "New records start with the settings of iscsid.conf. The file will hold secrets, so only root"
            " can read it from now on."
        )

    def shown(self) -> tuple[str, ...]:
        edits = tuple(
            _("edit {path}: {values}").format(path=ISCSID_CONF, values=shown_values(_masked(prefix, chap)))
            for prefix, chap in self._wanted()
        )
        return (*edits, f"chmod 0600 {ISCSID_CONF}")

    def is_done(self, host: Host) -> bool:
        facts = host.facts(host.resolve(ISCSID_CONF))
        return (
            facts is not None
            and facts.mode == 0o600
            and all(_file_holds(host, ISCSID_CONF, prefix, chap) for prefix, chap in self._wanted())
        )

    def check(self, host: Host) -> None:
        for _prefix, chap in self._wanted():
            _refuse_unusable(chap)
        if host.facts(host.resolve(ISCSID_CONF)) is None:
            raise Refused(
                Problem(
                    "chap.no-configuration",
                    _("There is no {path}.").format(path=ISCSID_CONF),
                    _("open-iscsi is not installed, or the file was removed."),
                    _("Install open-iscsi again, then retry."),
                )
            )

    def run(self, host: ChangingHost, progress: Progress) -> None:
        """The copy that is kept holds no secrets."""
        old = host.read(ISCSID_CONF)
        new = old
        for prefix, chap in self._wanted():
            values = chap_values(prefix, chap)
            if chap.kind is ChapKind.NONE:
                values[f"{prefix}.authmethod"] = ""
            new = edit_conf(new, values)
        backup = without_secrets(old).encode(errors="surrogateescape")
        expected = old.encode(errors="surrogateescape")
        change = Replacement(mode=0o600, backup=backup, expected=expected)
        kept = host.replace(ISCSID_CONF, new.encode(errors="surrogateescape"), change)
        progress(_("The old file is kept, without its secrets, as {path}.").format(path=kept))

    def undo(self) -> CannotUndo:
        return CannotUndo(_("The previous secrets are not stored anywhere, so they cannot be restored."))

    def _wanted(self) -> tuple[tuple[str, ChapSettings], ...]:
        both = ((NODE_PREFIX, self.session), (DISCOVERY_PREFIX, self.discovery))
        return tuple((prefix, chap) for prefix, chap in both if chap is not None)


def _set_words(kind: ChapKind) -> str:
    return {
        ChapKind.NONE: _("Disable CHAP for {what}"),
        ChapKind.ONE_WAY: _("Set one-way CHAP for {what}"),
        ChapKind.MUTUAL: _("Set mutual CHAP for {what}"),
    }[kind]


def _why(kind: ChapKind) -> str:
    return {
        ChapKind.NONE: _(
            "open-iscsi uses CHAP whenever a secret is stored, so user names and secrets are removed."
        ),
        ChapKind.ONE_WAY: _("This host authenticates to the target with a secret."),
        ChapKind.MUTUAL: _("This host and the target authenticate to each other, each with its own secret."),
    }[kind]


def _masked(prefix: str, chap: ChapSettings) -> Values:
    """The settings with stars also where a secret is expected and not known (a resumed operation)."""
    values = chap_values(prefix, chap)
    for suffix, username in (("", chap.username), ("_in", chap.username_in)):
        if username:
            values[f"{prefix}.password{suffix}"] = Secret(MASK)
    return values


def _file_holds(host: Host, path: str, prefix: str, chap: ChapSettings) -> bool:
    try:
        return is_stored(host.read(path), prefix, chap)
    except OSError:
        return False


def _refuse_unusable(chap: ChapSettings) -> None:
    if chap.lacks_secrets:
        raise Refused(
            Problem(
                "chap.secret-not-kept",
                _("The CHAP secret is no longer known."),
                _("The interrupted run was resumed from its journal, which holds no secrets."),
                _("Go back to CHAP and type the secret again."),
                "password",
            )
        )
    found = problems(chap)
    if found:
        raise Refused(found[0])
