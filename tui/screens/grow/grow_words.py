"""The sizes of a stack as rows, and what the screen says about them."""

from tui.maintenance.growth_plan import next_words
from tui.maintenance.growth_sizes import Growth, Layer, Size
from tui.screens.paragraphs import Paragraph
from tui.storage.size import size_words
from tui.storage.untrusted import clean
from tui.words import translate as _
from widgets.bars.size_bars import SizeBar
from widgets.help import HelpSection
from widgets.state import Role, State


def kind_word(layer: Layer) -> str:
    """Return the field's own short word for a layer."""
    return {
        Layer.LUN: _("LUN"),
        Layer.MAP: _("map"),
        Layer.PHYSICAL_VOLUME: _("PV"),
        Layer.LOGICAL_VOLUME: _("LV"),
        Layer.FILESYSTEM: _("files"),
    }[layer]


def bars(growth: Growth) -> tuple[SizeBar, ...]:
    """Return a row for every rung, from the bottom; the first that lags is marked."""
    return tuple(_bar(size, growth.lagging) for size in growth.sizes)


def _bar(size: Size, first: Size | None) -> SizeBar:
    state = State.WARN if size.lags else State.UNKNOWN if size.size is None else State.GOOD
    state = state if size.holds else State.BAD
    note = size.words
    if size is first:
        state, note = State.WARN, _("← next: {why}").format(why=size.words)
    words = size_words(size.size) if size.size is not None else "?"
    key = f"{size.layer} {size.name}"
    name = clean(size.name, 200)
    return SizeBar(key, kind_word(size.layer), name, size.size, size.possible or 0, words, state, note)


def about(growth: Growth) -> tuple[Paragraph, ...]:
    """Return what stands below the bars: the next step, or why there is none."""
    problem = growth.problem
    if problem is not None:
        return (
            Paragraph(problem.summary, state=State.BAD),
            *((Paragraph(problem.cause, Role.MUTED),) if problem.cause else ()),
            Paragraph(problem.remedy),
        )
    lines = [Paragraph(next_words(growth), label=_("Next"))]
    if growth.group is not None:
        group = clean(growth.group.name, 60)
        free = (
            _("{size} of the group {group}").format(size=size_words(growth.free), group=group)
            if growth.free
            else _("nothing of the group {group} yet").format(group=group)
        )
        lines.append(Paragraph(free, Role.MUTED, label=_("Free")))
    return tuple(lines)


def help_sections() -> tuple[HelpSection, ...]:
    """Explain the screen."""
    return (
        HelpSection(
            _("Why nothing grows by itself"),
            _(
                "Each rung keeps the size it was made with. When the LUN is enlarged on the array, the kernel"
                " must ask for its size, the map must follow its paths, LVM must take in the rest of the"
                " disk, the volume must be given the space, and the file system must use it. Each can only"
                " follow the one below it."
            ),
        ),
        HelpSection(
            _("What the bars show"),
            _(
                "All bars have one scale. The full part is what a rung has; the dotted part is what the rung"
                " below it already offers. The first rung that lags is the next step. Where sg_readcap"
                " (package sg3-utils) is installed, the array itself is asked what it has."
            ),
        ),
        HelpSection(
            _("How much the volume gets"),
            _(
                "A share of what is free, such as 50%, or so much more, such as 10G. What it does not get"
                " stays free, for other volumes and for snapshots. What has grown is not made smaller."
            ),
        ),
        HelpSection(
            _("Is it safe while in use?"),
            _(
                "Yes: ext4, XFS and btrfs grow while they are mounted and written to. It is refused while a"
                " path is down, and when the LUN has become smaller: that is a matter for the array."
            ),
        ),
    )
