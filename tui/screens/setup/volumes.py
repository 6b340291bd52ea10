"""Page 6: use what is on the disks, or make volumes on them."""

from collections.abc import Iterable

from textual import on
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from tui.screens.paragraphs import Paragraph, Paragraphs
from tui.screens.setup.page import Page, in_a_row, next_word, wrong_list
from tui.setup.answers import NewVolume, VolumesAnswer, VolumesWay
from tui.setup.size_text import Share, parse
from tui.setup.step import Step
from tui.setup.steps import disks, volumes
from tui.setup.steps.disks import Disk, Existing
from tui.setup.steps.volumes_wanted import FIRST_GROUP, FIRST_VOLUME, free_name
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _, translate_in
from widgets.bars.bar import Fill
from widgets.bars.meter import Meter, MeterPart
from widgets.dialogs import PushButton
from widgets.fields.choice_field import Choice, ChoiceField
from widgets.fields.text_field import TextField
from widgets.help import HelpSection
from widgets.state import Role, State
from widgets.table import Column, PickList, PickRow

MOST = 16
"""Volumes that can be asked for at once."""


class VolumesPage(Page):
    """The disks with what is on them, and what is wanted there."""

    DEFAULT_CSS = """
    VolumesPage {
        PickList {
            height: auto;
            max-height: 9;
        }
        .buttons {
            height: 1;
        }
        #rows {
            height: auto;
        }
        Meter {
            height: auto;
        }
    }
    """
    step = Step.VOLUMES

    def parts(self) -> Iterable[Widget]:
        """Return the choice, the lists and the fields."""
        chosen = volumes.answer(self.state)
        yield ChoiceField(_("Use"), self._ways(), chosen.way, id="way")
        yield PickList(
            (Column(_("Volume"), grow=True), Column(_("Size"), align_right=True), Column(_("Content"))),
            many=True,
            checked=frozenset(chosen.existing),
            id="existing",
        ).add_class("space")
        yield wrong_list("existing")
        yield PickList(
            (Column(_("Disk")), Column(_("Size"), align_right=True), Column(_("Content"), grow=True)),
            many=True,
            checked=frozenset(chosen.disks),
            empty=_("No disk was found. Go back with ^P and log in."),
            id="disks",
        ).add_class("space")
        yield wrong_list("disks")
        yield Paragraphs(id="erase-words", classes="space")
        yield PickList(
            (Column(""), Column(""), Column("", grow=True)),
            many=True,
            checked=self._erased(chosen),
            id="erase",
        )
        yield wrong_list("erase")
        yield ChoiceField(
            _("Group"),
            tuple(Choice(group.name, clean(group.name)) for group in volumes.groups(self.state)),
            chosen.group if chosen.way is VolumesWay.EXISTING_GROUP else None,
            id="known-group",
        ).add_class("space")
        yield TextField(
            _("Group"),
            chosen.group or self._free_group(),
            validate=self.checks("group"),
            max_length=300,
            id="group",
        ).add_class("space")
        typed = chosen.volumes or (NewVolume(FIRST_VOLUME, "100%"),)
        self._count = len(typed)
        with Vertical(id="rows"):
            for number, volume in enumerate(typed):
                yield from self._row_of(number, volume)
        yield wrong_list("volumes")
        yield Meter(id="room").add_class("space")
        yield Horizontal(
            PushButton(_("One more volume"), id="more"),
            PushButton(_("One less"), id="less"),
            classes="buttons space",
            id="count",
        )

    def _row_of(self, number: int, typed: NewVolume) -> Iterable[Widget]:
        return in_a_row(
            TextField(_("Volume"), typed.name, max_length=300, id=f"volumes-{number}-name"),
            TextField(_("Size"), typed.size, width=10, max_length=40, id=f"volumes-{number}-size"),
            id=f"row-{number}",
        )

    def _free_group(self) -> str:
        return free_name(FIRST_GROUP, {group.name for group in self.state.inventory.volume_groups})

    def _ways(self) -> tuple[Choice, ...]:
        some = "" if disks.existing(self.state) else _("none")
        groups = "" if volumes.groups(self.state) else _("none")
        return (
            Choice(VolumesWay.EXISTING, _("existing content"), some),
            Choice(VolumesWay.NEW_GROUP, _("new group")),
            Choice(VolumesWay.EXISTING_GROUP, _("existing group"), groups),
        )

    def _erased(self, chosen: VolumesAnswer) -> frozenset[str]:
        return frozenset(
            disk.wwid for disk in disks.disks(self.state) if set(disk.confirmations) & set(chosen.erase)
        )

    def answer(self) -> VolumesAnswer:
        """Return what is marked and typed."""
        way = VolumesWay(self.query_one("#way", ChoiceField).value)
        if way is VolumesWay.EXISTING:
            return VolumesAnswer(way, existing=self._marked("existing", self._existing_keys()))
        keys = tuple(disk.wwid for disk in disks.disks(self.state))
        known = way is VolumesWay.EXISTING_GROUP
        return VolumesAnswer(
            way,
            disks=self._marked("disks", keys),
            group=self.query_one("#known-group", ChoiceField).value if known else self._typed("group"),
            volumes=tuple(
                NewVolume(self._typed(f"volumes-{number}-name"), self._typed(f"volumes-{number}-size"))
                for number in range(self._count)
            ),
            erase=self._marked("erase", keys),
        )

    def _existing_keys(self) -> tuple[str, ...]:
        return tuple(existing.volume for existing in disks.existing(self.state))

    def _marked(self, name: str, keys: tuple[str, ...]) -> tuple[str, ...]:
        marked = self.query_one(f"#{name}", PickList).checked
        return tuple(key for key in keys if key in marked)

    def _typed(self, name: str) -> str:
        return self.query_one(f"#{name}", TextField).value

    def refresh_parts(self) -> None:
        """Show what is on the disks, and the fields that the choice asks for."""
        way = VolumesWay(self.query_one("#way", ChoiceField).value)
        self.query_one("#way", ChoiceField).choices = self._ways()
        as_it_is, known = way is VolumesWay.EXISTING, way is VolumesWay.EXISTING_GROUP
        self._show_existing(shown=as_it_is)
        self._show_disks(shown=not as_it_is)
        self.query_one("#group").display = way is VolumesWay.NEW_GROUP
        self.query_one("#known-group").display = known
        for name in ("rows", "count", "room"):
            self.query_one(f"#{name}").display = not as_it_is
        self.query_one("#more", PushButton).disabled = self._count >= MOST
        self.query_one("#less", PushButton).disabled = self._count <= 1
        if not as_it_is:
            self._show_room()

    def _show_existing(self, *, shown: bool) -> None:
        picks = self.query_one("#existing", PickList)
        picks.display = shown
        picks.rows = tuple(_existing_row(existing) for existing in disks.existing(self.state))

    def _show_disks(self, *, shown: bool) -> None:
        found = disks.disks(self.state)
        picks = self.query_one("#disks", PickList)
        picks.display = shown
        picks.rows = tuple(_disk_row(disk) for disk in found)
        marked = picks.checked
        full = tuple(
            disk
            for disk in found
            if disk.wwid in marked and disk.contents is not None and not disk.contents.empty
        )
        erase = self.query_one("#erase", PickList)
        erase.display = shown and bool(full)
        erase.rows = tuple(
            PickRow(
                disk.wwid,
                (disk.device.path, size_words(disk.size), clean(disk.wwid)),
                State.WARN,
                translate_in("what is done with a disk", "erase"),
            )
            for disk in full
        )
        self.query_one("#erase-words", Paragraphs).paragraphs = (
            (
                Paragraph(
                    _("These disks are not empty. Mark with Space what can be erased; you are asked again."),
                    Role.WARN,
                    state=State.WARN,
                ),
            )
            if shown and full
            else ()
        )

    def _show_room(self) -> None:
        layout = volumes.layout(self.draft())
        for number, row in enumerate(layout.rows[: self._count]):
            typed = self._typed(f"volumes-{number}-size")
            field = self.query_one(f"#volumes-{number}-size", TextField)
            field.hint = size_words(row.size) if row.size and typed else ""
        parts = [MeterPart(clean(row.name), row.size, Fill.NEW, size_words(row.size)) for row in layout.rows]
        parts.append(MeterPart(_("free"), max(0, layout.left), Fill.FREE, size_words(max(0, layout.left))))
        meter = self.query_one("#room", Meter)
        meter.parts = tuple(parts)
        meter.display = layout.total > 0

    def _rest(self) -> str:
        """Return the share that the volumes so far leave; of one that takes all, half is offered to each."""
        shares = [parse(self._typed(f"volumes-{number}-size")) for number in range(self._count)]
        percent = round(100 * (1 - sum(share.part for share in shares if isinstance(share, Share))))
        if percent <= 0 and self._count == 1:
            self.query_one("#volumes-0-size", TextField).value = "50%"
            percent = 50
        return f"{max(0, percent)}%" if percent > 0 else ""

    @on(PushButton.Pressed)
    async def _pressed(self, event: PushButton.Pressed) -> None:
        event.stop()
        rows = self.query_one("#rows", Vertical)
        if event.button.id == "more" and self._count < MOST:
            await rows.mount(*self._row_of(self._count, NewVolume("", self._rest())))
            self._count += 1
            self.align_labels()
            self.focus_field(self.query_one(f"#volumes-{self._count - 1}-name", TextField))
        elif event.button.id == "less" and self._count > 1:
            self._count -= 1
            ends = (
                f"#row-{self._count}",
                f"#wrong-volumes-{self._count}-name",
                f"#wrong-volumes-{self._count}-size",
            )
            await rows.query(", ".join(ends)).remove()
        self.edited()

    def enter_words(self) -> str:
        """Say what comes."""
        return next_word()

    def help(self) -> tuple[HelpSection, ...]:
        """Explain LVM."""
        return (
            HelpSection(
                _("What LVM does"),
                _(
                    "A volume group (VG) is a pool of one or more disks (PVs). Volumes (LVs) are "
                    "allocated from it; each is used like a disk, and can be extended later, "
                    "which a bare disk cannot."
                ),
            ),
            HelpSection(
                _("When a disk is not empty"),
                _(
                    "The default is to use its content as it is. Nothing is erased unless you "
                    "mark the disk for erasing here, and type a word on the last page before it "
                    "happens."
                ),
            ),
            HelpSection(
                _("Sizes"),
                _(
                    "10G, 512 MiB, or a share such as 50%. Shares are of what the sizes leave "
                    "over; 100% takes the rest. Units are powers of 1024, as in LVM."
                ),
            ),
        )


def _existing_row(existing: Existing) -> PickRow:
    kind = existing.kind or (_("no file system") if existing.device else _("not active yet"))
    label = f"{kind} {existing.label}".strip()
    note = _("mounted at {point}").format(point=clean(existing.mounted)) if existing.mounted else ""
    return PickRow(
        existing.volume, (clean(existing.volume), size_words(existing.size), clean(label)), note=note
    )


def _disk_row(disk: Disk) -> PickRow:
    refusal = disk.contents.refusal if disk.contents is not None else None
    name = disk.map_name or disk.device.path
    maker = f"{disk.vendor} {disk.model}".strip()
    return PickRow(
        disk.wwid,
        (
            clean(name),
            size_words(disk.size),
            clean(maker if volumes.is_empty(disk) else volumes.carries(disk)),
        ),
        State.GOOD if volumes.is_empty(disk) else State.WARN,
        _("empty") if volumes.is_empty(disk) else _("in use") if refusal is not None else _("not empty"),
        note=clean(disk.wwid),
        reason=clean(refusal.summary) if refusal is not None else "",
    )
