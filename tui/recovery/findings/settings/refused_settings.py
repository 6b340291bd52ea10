"""F58: settings in the record database for which iscsiadm lists no record at all."""

from collections.abc import Iterator

from tui.recovery.evidence import Evidence, Item
from tui.recovery.finding import Finding, Fix, Never, RuledOut, Seen
from tui.recovery.findings.repair_plans import repair
from tui.storage.iscsi.records import record_words
from tui.storage.iscsi.refused_settings import RefusedSetting, accepted_word
from tui.storage.operations.iscsi.rewrite_record import RewriteRecord
from tui.storage.untrusted import clean
from tui.words import translate as _, translate_count

REFUSED = "F58.refused-setting"
_RENAMED = ("node.session.conn_reopen_log_freq", "node.session.sess_reopen_log_freq")
"""One parameter by the names that open-iscsi 2.1.11 and its successors have for it."""
_MOST = 8


def refused_settings(evidence: Evidence) -> Iterator[Finding]:
    """F58: a record with a parameter or a value that iscsiadm does not know; it then lists none."""
    listing = evidence.listing
    if not evidence.has(Item.LISTING) or listing.lists or evidence.inventory.damaged_records:
        return
    refused = listing.refused
    paths = tuple(dict.fromkeys(line.path for line in refused))
    yield Finding(
        REFUSED,
        _summary(refused, paths),
        _(
            "iscsiadm cannot list any record, so tools and scripts that ask it see none. "
            "It ignores a line that it does not know when it logs in: a misspelled `node.startup` means no "
            "login at boot. Sessions that are up are not affected."
        ),
        seen=(
            *(
                Seen(
                    clean(path),
                    tuple(_line_words(line) for line in refused if line.path == path)[:_MOST],
                )
                for path in paths[:_MOST]
            ),
            Seen("iscsiadm -m node; iscsiadm -m iface", listing.said),
        ),
        ruled_out=(
            RuledOut(_("an empty record database"), _("The records are there; iscsiadm says why it stops.")),
        ),
        fixes=(_rewriting(evidence, refused, paths),) if refused else (_by_hand(),),
        never=(
            Never(
                _("Delete the whole database"),
                _("Settings and secrets of every record would be lost with it."),
            ),
            Never(
                _("Run discovery again to overwrite the records"),
                _("It replaces all their settings by those of iscsid.conf, CHAP secrets included."),
            ),
        ),
    )


def _summary(refused: tuple[RefusedSetting, ...], paths: tuple[str, ...]) -> str:
    if not refused:
        return _("iscsiadm cannot list the records.")
    if len(paths) == 1:
        one = refused[0]
        name = one.iface if one.portal is None else record_words(one.target, one.portal, one.iface)
        return _("iscsiadm lists no record because of line {line} in that of {name}.").format(
            line=one.line, name=clean(name)
        )
    return translate_count(
        "iscsiadm lists no record because of a setting in {count} record.",
        "iscsiadm lists no record because of settings in {count} records.",
        len(paths),
    ).format(count=len(paths))


def _line_words(line: RefusedSetting) -> str:
    why = _("value not known") if line.known else _("parameter not known")
    return clean(f"{line.line}: {line.key} = {line.value}", 120) + f"   ({why})"


def _rewriting(evidence: Evidence, refused: tuple[RefusedSetting, ...], paths: tuple[str, ...]) -> Fix:
    title = _("Have iscsiadm rewrite them, after a copy")
    why = _(
        "iscsiadm writes the record again without the lines that it does not know; all other settings and "
        "the secrets stay. A dated copy without secrets is kept."
    )
    steps = tuple(_rewrite(evidence, tuple(line for line in refused if line.path == path)) for path in paths)
    return Fix(title, why, repair(title, why, *steps, notes=tuple(_notes(refused))))


def _rewrite(evidence: Evidence, lines: tuple[RefusedSetting, ...]) -> RewriteRecord:
    """One record written anew; a value gets iscsiadm's word for it, where only its case differs."""
    one = lines[0]
    values = {line.key: word for line in lines if (word := accepted_word(line.key, line.value))}
    if not values:
        values = _as_it_is(evidence, one)
    return RewriteRecord(one.path, tuple(values.items()), one.target, one.portal, one.iface)


def _as_it_is(evidence: Evidence, one: RefusedSetting) -> dict[str, str]:
    """A setting with the value that it has: iscsiadm writes a record only when something is set."""
    inventory = evidence.inventory
    if one.portal is None:
        transports = (known.transport for known in inventory.interfaces if known.name == one.iface)
        return {"iface.transport_name": next(transports, "tcp")}
    startups = (known.startup for known in inventory.node_records if known.path == one.path)
    return {"node.startup": accepted_word("node.startup", next(startups, "")) or "manual"}


def _notes(refused: tuple[RefusedSetting, ...]) -> Iterator[str]:
    for line in {(line.key, line.value): line for line in refused}.values():
        word = accepted_word(line.key, line.value)
        what = clean(f"{line.key} = {line.value}", 120)
        if word:
            yield _("`{line}` becomes `{word}`.").format(line=what, word=word)
        elif line.key in _RENAMED:
            yield _(
                "`{line}`: open-iscsi renamed this parameter. The new one gets its default; set it again if "
                "you changed it."
            ).format(line=what)
        elif line.known:
            yield _("`{line}` is dropped: the default of iscsiadm applies. Set it again.").format(line=what)
        else:
            yield _("`{line}` is dropped: this iscsiadm has no such parameter.").format(line=what)


def _by_hand() -> Fix:
    return Fix(
        _("Find the line that iscsiadm names"),
        _("The error above says what it does not take; this program did not find where it stands."),
        by_hand=("iscsiadm -m node", "grep -rn PARAMETER /etc/iscsi/nodes /var/lib/iscsi/nodes"),
    )
