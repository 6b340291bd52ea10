"""What the terminal can do, decided before Textual is imported.

Textual reads its environment variables when it is imported, and picks its colour filters when the App is
made; both are set first. So the command line does:

    mode = choose_mode(os.environ, read_tty(), line_command="iscsi-console status")
    if mode.refusal:
        print(mode.refusal, file=sys.stderr); return 2
    apply_mode(mode, os.environ)
    from tui.app import ...            # from here on Textual may be imported

Nothing is inferred from the device except that it is a serial line; on a console such as User-Mode Linux's
tty0 the TERM its caller gave it is believed. ISCSI_CONSOLE_LOOK, ISCSI_CONSOLE_GLYPHS and ISCSI_CONSOLE_MOUSE
overrule what is chosen here; `tui.preferences` sets them from files.
"""

import contextlib
import os
import re
import sys
import termios
from collections.abc import Collection, Mapping, MutableMapping
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from tui.words import enumerated, prose, translate as _

LOOK_VARIABLE = "ISCSI_CONSOLE_LOOK"
GLYPHS_VARIABLE = "ISCSI_CONSOLE_GLYPHS"
MOUSE_VARIABLE = "ISCSI_CONSOLE_MOUSE"
_YES, _NO = "yes", "no"

_CONSOLES = Path("/sys/class/tty/console/active")
_SERIAL = re.compile(r"/dev/(tty(S|AMA|USB|ACM|O|PS|GS|SC|UL|LP|mxc|MSM|THS|AML|SAC)\d+|hvc\d+|ttysclp\d+)\Z")
_VIRTUAL = re.compile(r"/dev/hvc\d+\Z")
"""Consoles of hypervisors: no speed of their own, but as ignorant of their size as a serial line."""

_VIRTUAL_TERMINAL = re.compile(r"tty[0-9]+\Z")

_UNUSABLE = frozenset({"", "dumb", "unknown"})
_TRUE_COLOUR = re.compile(r".*-direct\Z|(xterm-)?(kitty|ghostty)\Z|(alacritty|foot|wezterm|contour)(-.*)?\Z")
_WITHOUT_COLOUR = re.compile(r"(vt52|vt1\d\d)(-.*)?\Z|.*-(m|mono)\Z")
_CONSOLE_FONT = re.compile(r"(linux|screen\.linux|vt\d+|ansi|cons25)(-.*)?\Z")
"""Terminals that show 256 glyphs, or of which nothing better is known."""


class Look(StrEnum):
    """How many colours are used."""

    FULL = "full"
    """The program's own colours on its own dark ground."""
    LIGHT = "light"
    SIXTEEN = "sixteen"
    """The terminal's own sixteen colours on its own ground."""
    MONO = "mono"
    """Bold, dim and reverse video only."""


class Glyphs(StrEnum):
    """Which characters are drawn with."""

    UNICODE = "unicode"
    CP437 = "cp437"
    """What every console font holds: ASCII, line drawing, three blocks."""
    ASCII = "ascii"


CHOICES = {
    "look": (LOOK_VARIABLE, frozenset(map(str, Look))),
    "glyphs": (GLYPHS_VARIABLE, frozenset(map(str, Glyphs))),
    "mouse": (MOUSE_VARIABLE, frozenset({_YES, _NO})),
}
"""What a person may choose: the variable of each choice, and its values."""


class TtyFacts(Struct, frozen=True):
    """What was read from the terminal device."""

    interactive: bool
    """Whether standard input, output and error are all terminals."""
    device: str = ""
    """The device of standard input (`/dev/pts/3`, `/dev/ttyS0`); the one behind /dev/console where known."""
    baud: int | None = None
    """Bits per second as termios has it; true on serial lines only."""
    columns: int = 0
    rows: int = 0
    """Zero when the device does not know its size."""
    kernel_prints: bool = False
    """Whether the kernel writes its messages on this terminal, over what is there."""
    light: bool | None = None
    """Whether its ground is light (`tui.terminal_ground`); None where it did not say."""


class TerminalMode(Struct, frozen=True):
    """How the full-screen program should run here, or why it cannot."""

    look: Look = Look.FULL
    glyphs: Glyphs = Glyphs.UNICODE
    mouse: bool = True
    """Whether mouse reports are worth their bytes; the program never needs them."""
    refresh_seconds: float = 1.0
    """How often something that only counts or moves may be drawn again."""
    size: tuple[int, int] = (80, 24)
    """Columns and rows to plan with; 80 by 24 where the device does not know."""
    kernel_prints: bool = False
    """Whether the kernel writes over the screen, which then has to be drawn again."""
    settings: tuple[tuple[str, str], ...] = ()
    """Environment variables to set before Textual is imported, unless the person has set them."""
    refusal: str = ""
    """Why there can be no full-screen program, and which command to use in its place; else empty."""


def choose_mode(environ: Mapping[str, str], tty: TtyFacts, *, line_command: str) -> TerminalMode:
    """Return how to run on a terminal.

    Args:
        environ: The environment variables: TERM, COLORTERM, COLORFGBG, NO_COLOR, the locale, and this
            program's own two.
        tty: What `read_tty` found.
        line_command: The command to point to where no full-screen program can run.
    """
    refusal = _refusal(environ, tty, line_command)
    if refusal:
        return TerminalMode(refusal=refusal)
    term = environ.get("TERM", "").lower()
    serial = _SERIAL.match(tty.device) is not None
    plain = _is_plain(term, tty)
    look = _look(environ, term, tty.light, plain=plain)
    return TerminalMode(
        look=look,
        glyphs=glyphs_here(environ, tty),
        mouse=environ[MOUSE_VARIABLE] == _YES if environ.get(MOUSE_VARIABLE) else not plain,
        refresh_seconds=_refresh_seconds(tty, serial=serial),
        size=(tty.columns or 80, tty.rows or 24),
        kernel_prints=tty.kernel_prints,
        settings=_settings(environ, tty, term, look, serial=serial, plain=plain),
    )


def _refusal(environ: Mapping[str, str], tty: TtyFacts, line_command: str) -> str:
    instead = _("Use `{command}` instead; it needs no terminal.").format(command=line_command)
    if not tty.interactive:
        why = _("This is not a terminal: standard input, output or error is a file or a pipe.")
        return prose(why, instead)
    term = environ.get("TERM", "")
    if term.lower() in _UNUSABLE:
        said = _('TERM is "{term}"').format(term=term) if term else _("TERM is not set")
        why = _("{said}, so the capabilities of this terminal are unknown.").format(said=said)
        return prose(why, _("If it can move its cursor, set its type, for example TERM=vt220."), instead)
    for variable, valid in CHOICES.values():
        value = environ.get(variable, "")
        if value and value not in valid:
            return _('{variable} is "{value}"; valid values: {choices}.').format(
                variable=variable, value=value, choices=enumerated(sorted(valid))
            )
    return ""


def ground_matters(environ: Mapping[str, str], tty: TtyFacts) -> bool:
    """Return whether the look depends on the colour of the terminal's ground."""
    mode = choose_mode(environ, tty, line_command="")
    return not mode.refusal and not environ.get(LOOK_VARIABLE) and mode.look in {Look.FULL, Look.LIGHT}


def _look(environ: Mapping[str, str], term: str, light: bool | None, *, plain: bool) -> Look:
    if "NO_COLOR" in environ:
        return Look.MONO
    if environ.get(LOOK_VARIABLE):
        return Look(environ[LOOK_VARIABLE])
    if _WITHOUT_COLOUR.match(term):
        return Look.MONO
    if plain or not _has_many_colours(environ, term):
        return Look.SIXTEEN
    if light is None:
        # COLORFGBG is "foreground;background" in the sixteen colours; 7 and 15 are the whites.
        light = environ.get("COLORFGBG", "").rpartition(";")[2] in {"7", "15"}
    return Look.LIGHT if light else Look.FULL


def _has_many_colours(environ: Mapping[str, str], term: str) -> bool:
    said = environ.get("COLORTERM", "") in {"truecolor", "24bit"} or "256color" in term
    return said or _TRUE_COLOUR.match(term) is not None


def _is_plain(term: str, tty: TtyFacts) -> bool:
    return _SERIAL.match(tty.device) is not None or _CONSOLE_FONT.match(term) is not None


def glyphs_here(environ: Mapping[str, str], tty: TtyFacts) -> Glyphs:
    """Return which characters can be shown, also where no full-screen program can run."""
    if environ.get(GLYPHS_VARIABLE) in CHOICES["glyphs"][1]:
        return Glyphs(environ[GLYPHS_VARIABLE])
    locale = next((environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(name)), "C")
    named, _dot, codeset = locale.partition("@")[0].partition(".")
    utf8 = codeset.lower().replace("-", "") == "utf8"
    # C and POSIX say nothing about the terminal, while a language without a codeset means an old 8-bit one.
    if not utf8 and (codeset or named not in {"C", "POSIX"}):
        return Glyphs.ASCII
    return Glyphs.CP437 if _is_plain(environ.get("TERM", "").lower(), tty) else Glyphs.UNICODE


def _refresh_seconds(tty: TtyFacts, *, serial: bool) -> float:
    baud = _speed(tty)
    if not serial or baud is None:
        return 1.0
    return 5.0 if baud <= 9600 else 2.0


def _speed(tty: TtyFacts) -> int | None:
    """Return the speed of a serial line; a hypervisor's console has none, whatever termios says."""
    if _VIRTUAL.match(tty.device) or not _SERIAL.match(tty.device):
        return None
    return tty.baud or 9600


def _settings(
    environ: Mapping[str, str], tty: TtyFacts, term: str, look: Look, *, serial: bool, plain: bool
) -> tuple[tuple[str, str], ...]:
    """Return the variables of `textual.constants` and the one of no-color.org that fit.

    The size is not among them: with COLUMNS or LINES set, a later `stty rows` or `resize` would be ignored,
    and Python falls back to 80 by 24 by itself where the device says 0 by 0.
    """
    settings: dict[str, str] = {}
    if look is Look.MONO:
        settings["NO_COLOR"] = "1"
    if look in {Look.MONO, Look.SIXTEEN}:
        settings["TEXTUAL_COLOR_SYSTEM"] = "standard"
    elif _TRUE_COLOUR.match(term):
        settings["TEXTUAL_COLOR_SYSTEM"] = "truecolor"
    if plain:
        settings["TEXTUAL_ANIMATIONS"] = "none"
        settings["TEXTUAL_SMOOTH_SCROLL"] = "0"
        settings["TEXTUAL_DISABLE_KITTY_KEY"] = "1"
        settings["TEXTUAL_FPS"] = "30"
    if serial:
        settings["TEXTUAL_FPS"] = _frames(_speed(tty))
        # The bytes of one key arrive further apart on a slow line than Textual waits for after an Escape.
        settings["ESCDELAY"] = "250"
    return tuple((name, value) for name, value in settings.items() if name not in environ)


def _frames(baud: int | None) -> str:
    """Return frames per second: a full 80 by 24 screen is about 4 KB, so faster only piles up."""
    if baud is None:
        return "30"
    return "5" if baud <= 19200 else "10" if baud <= 57600 else "15"


def apply_mode(mode: TerminalMode, environ: MutableMapping[str, str]) -> None:
    """Set the variables of a mode, those the person has set excepted."""
    for name, value in mode.settings:
        environ.setdefault(name, value)


def read_tty() -> TtyFacts:
    """Read what the standard streams are connected to."""
    streams = (sys.__stdin__, sys.__stdout__, sys.__stderr__)
    if not all(stream is not None and not stream.closed and stream.isatty() for stream in streams):
        return TtyFacts(interactive=False)
    descriptor = 0
    try:
        device = os.ttyname(descriptor)
    except OSError:
        device = ""
    consoles = _consoles()
    if device == "/dev/console" and consoles:
        device = f"/dev/{consoles[-1]}"
    columns = rows = 0
    with contextlib.suppress(OSError):
        columns, rows = os.get_terminal_size(descriptor)
    return TtyFacts(True, device, _baud(descriptor), columns, rows, prints_on(device, consoles))


def _consoles() -> list[str]:
    """Return the kernel's consoles; /dev/console stands for the last one (Documentation/ABI sysfs-tty)."""
    try:
        return _CONSOLES.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError):
        return []


def prints_on(device: str, consoles: Collection[str]) -> bool:
    """Return whether the kernel prints on a terminal.

    Args:
        device: the terminal, `/dev/tty1`; empty where it is not known.
        consoles: the kernel's consoles, of which tty0 is the virtual terminal in front (console(4)).
    """
    name = device.removeprefix("/dev/")
    return name in consoles or ("tty0" in consoles and _VIRTUAL_TERMINAL.match(name) is not None)


def _baud(descriptor: int) -> int | None:
    try:
        speed = termios.tcgetattr(descriptor)[5]
    except termios.error:
        return None
    return _SPEEDS.get(speed)


_SPEEDS = {
    value: int(name[1:])
    for name, value in vars(termios).items()
    if re.fullmatch(r"B[1-9]\d*", name) and isinstance(value, int)
}
