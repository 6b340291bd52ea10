"""Page 7: a file system on every volume, and the folder under which it appears."""

from collections.abc import Iterable

from textual.widget import Widget

from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.setup.page import Page, in_a_row, next_word, wrong_list
from tui.setup.answers import MountAnswer, VolumeMount
from tui.setup.state import SetupState
from tui.setup.step import Step
from tui.setup.steps import mount
from tui.setup.steps.mount import MountTarget
from tui.storage.files.filesystem_kind import FilesystemKind
from tui.storage.files.mount_options import parse_options
from tui.storage.probe.mounts.fstab import normalised
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _, translate_in
from widgets.fields.choice_field import Choice, ChoiceField
from widgets.fields.text_field import TextField
from widgets.help import HelpSection
from widgets.state import Role


class MountPage(Page):
    """One group of fields a volume."""

    step = Step.MOUNT

    def __init__(self, state: SetupState) -> None:
        super().__init__(state)
        self._targets = mount.targets(state)

    def parts(self) -> Iterable[Widget]:
        """Return the fields of every volume."""
        entries = mount.answer(self.state).mounts
        for number, (target, entry) in enumerate(zip(self._targets, entries, strict=True)):
            yield from self._fields(number, target, entry)
        yield wrong_list("mounts")

    def _fields(self, number: int, volume: MountTarget, entry: VolumeMount) -> Iterable[Widget]:
        def name(attribute: str) -> str:
            return f"mounts.{number}.{attribute}"

        def ident(attribute: str) -> str:
            return f"mounts-{number}-{attribute}"

        holds = _("new, {size}") if volume.is_new else _("keep: {kind}, {size}")
        yield Paragraphs(
            (
                Paragraph(
                    clean(volume.volume),
                    Role.STRONG,
                    after=holds.format(kind=clean(volume.kind), size=size_words(volume.size)),
                ),
            ),
            classes="space" if number else "",
        )
        if volume.is_new:
            yield ChoiceField(
                _("Type"), tuple(Choice(kind, kind) for kind in FilesystemKind), entry.kind, id=ident("kind")
            )
            yield TextField(
                _("Label"),
                entry.label,
                placeholder=_("optional"),
                validate=self.checks(name("label")),
                max_length=255,
                id=ident("label"),
            )
        yield TextField(
            _("Directory"),
            entry.mount_point,
            validate=self.checks(name("mount_point")),
            max_length=4096,
            id=ident("mount-point"),
        )
        yield from in_a_row(
            TextField(
                _("Owner"),
                entry.owner,
                placeholder="root",
                id=ident("owner"),
            ),
            TextField(
                translate_in("the group that owns a directory", "Group"),
                entry.group,
                placeholder="root",
                width=12,
                id=ident("group"),
            ),
        )
        yield TextField(
            _("Mode"),
            entry.mode,
            placeholder="0755",
            width=8,
            validate=self.checks(name("mode")),
            hint=_("permissions of the directory"),
            id=ident("mode"),
        )
        yield TextField(
            _("Options"),
            ",".join(entry.options),
            validate=self.checks(name("options")),
            max_length=1000,
            id=ident("options"),
        )
        yield Paragraphs(id=ident("explained"))

    def answer(self) -> MountAnswer:
        """Return the entries as typed."""
        return MountAnswer(tuple(self._entry(number, target) for number, target in enumerate(self._targets)))

    def _entry(self, number: int, volume: MountTarget) -> VolumeMount:
        def text(attribute: str) -> str:
            return self.query_one(f"#mounts-{number}-{attribute}", TextField).value

        kind = self.query_one(f"#mounts-{number}-kind", ChoiceField).value if volume.is_new else volume.kind
        return VolumeMount(
            volume.volume,
            kind,
            text("label") if volume.is_new else volume.label,
            text("mount-point"),
            text("owner"),
            text("group"),
            text("mode"),
            parse_options(text("options")),
        )

    def refresh_parts(self) -> None:
        """Explain the options."""
        for number, entry in enumerate(self.answer().mounts):
            explained = mount.options_explained(entry)
            width = max((len(option.option) for option in explained), default=0)
            self.query_one(f"#mounts-{number}-explained", Paragraphs).paragraphs = tuple(
                Paragraph(
                    clean(option.words),
                    Role.MUTED if option.known else Role.WARN,
                    f"{'':9}{clean(option.option):{min(width, 16)}}",
                )
                for option in explained
            )

    def is_done(self, state: SetupState) -> bool:
        """Go on when the folders were looked at, too."""
        looked = all(state.folder(normalised(entry.mount_point)) for entry in mount.answer(state).mounts)
        return looked and super().is_done(state)

    def moves_on(self, state: SetupState) -> bool:
        """Stay when there is something to say about a folder."""
        return super().moves_on(state) and not steps_warn(state)

    def enter_words(self) -> str:
        """Say what comes."""
        return next_word()

    def help(self) -> tuple[HelpSection, ...]:
        """Explain file systems and mounting."""
        return (
            HelpSection(
                _("What mounting is"),
                _(
                    "A file system holds files and directories on a volume. Mounting makes them "
                    "available below a directory of this host, such as /srv/data. The directory "
                    "is created if it does not exist."
                ),
            ),
            HelpSection(
                _("Which type"),
                _(
                    "ext4 is the usual one and can be grown and shrunk. xfs suits large files and "
                    "can only be grown. btrfs can take snapshots. When in doubt, ext4."
                ),
            ),
            HelpSection(
                _("Owner and mode"),
                _(
                    "Who can write to the directory once the volume is mounted. Leave them empty to "
                    "keep root."
                ),
            ),
            HelpSection(
                _("Options"),
                _(
                    "The mount options, separated by commas; each is explained below the field. "
                    "What a network disk needs at boot (_netdev, nofail, a timeout) is added by "
                    "the next page."
                ),
            ),
        )


def steps_warn(state: SetupState) -> bool:
    """Whether there is a warning that is worth a look before going on."""
    return bool(mount.warnings(state))
