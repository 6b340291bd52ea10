"""What the man pages say beyond the declaration of the command line, marked for the catalogues.

What stands between backquotes is set in bold, as everywhere in these pages.
"""

from typing import NamedTuple

from tui.words import marked

NAME, SYNOPSIS, DESCRIPTION = marked("NAME"), marked("SYNOPSIS"), marked("DESCRIPTION")
OPTIONS, COMMANDS, SEE_ALSO = marked("OPTIONS"), marked("COMMANDS"), marked("SEE ALSO")

SUMMARY = marked("set up, watch, take down and repair iSCSI storage")
OVERVIEW = marked(
    "Without a command the console opens: every layer of the storage of this host, from the portal to the "
    "mount, with its state, and what can be done with it. Each change is shown first as a plan."
)


class Section(NamedTuple):
    """A section that lists things.

    Attributes:
        title: its heading.
        font: of what is listed: B, bold, for what is typed; I, italic, for files.
        entries: what is listed, each with its words; several names of one stand one after the other.
        opening: a paragraph before them; empty without one.
    """

    title: str
    font: str
    entries: tuple[tuple[tuple[str, ...], str], ...]
    opening: str = ""


SECTIONS = (
    Section(
        marked("EXIT STATUS"),
        "B",
        (
            (("0",), marked("It was done, nothing was to do, or nothing is wrong.")),
            (
                ("1",),
                marked(
                    "It failed; where there is no plan, it may have been refused. For `doctor`: something is "
                    "broken or degraded."
                ),
            ),
            (
                ("2",),
                marked(
                    "The command line is wrong. For `doctor` and `history`: the host could not be read, or "
                    "not all of it."
                ),
            ),
            (
                ("3",),
                marked(
                    "A precondition of a plan does not hold, or nobody said yes: nothing was changed. For "
                    "`doctor`: nothing is broken, but something is at risk."
                ),
            ),
            (("4",), marked("It was interrupted, and the journal is open.")),
            (("5",), marked("Another process is changing this host.")),
            (("10",), marked("Something was changed, with `--exit-changed`.")),
            (("70",), marked("An error in the program itself.")),
            (("74",), marked("The output could not be written.")),
            (("130",), marked("It was interrupted.")),
            (("141",), marked("Nobody read the output.")),
        ),
    ),
    Section(
        marked("FILES"),
        "I",
        (
            (
                ("/etc/iscsi-console/config.toml", "~/.config/iscsi-console/config.toml"),
                marked(
                    "The look, the characters, the mouse and the language, of this host and of the user, "
                    "whose file goes before."
                ),
            ),
            (
                ("/etc/iscsi-console/accepted.toml",),
                marked("Findings that the administrator of this host accepts, each with a reason."),
            ),
            (
                ("/var/lib/iscsi-console/journal",),
                marked("The plans that ran, and how far each came. Secrets are not in it."),
            ),
            (("/var/lib/iscsi-console/backups",), marked("Copies of the files that were replaced.")),
            (("/var/lib/iscsi-console/kept",), marked("Copies that were made before a repair.")),
            (
                ("/var/lib/iscsi-console/disconnected",),
                marked("What was disconnected, and how to reconnect it."),
            ),
            (("/run/iscsi-console.lock",), marked("Held while a plan runs: one change at a time.")),
        ),
    ),
    Section(
        marked("ENVIRONMENT"),
        "B",
        (
            (("NO_COLOR",), marked("Use no color when it is set.")),
            (("ISCSI_CONSOLE_LOOK",), marked("The colors: `full`, `light`, `sixteen` or `mono`.")),
            (
                ("ISCSI_CONSOLE_GLYPHS",),
                marked("The characters to draw with: `unicode`, `cp437` or `ascii`."),
            ),
            (("ISCSI_CONSOLE_MOUSE",), marked("Whether the mouse is used: `yes` or `no`.")),
            (
                ("ISCSI_CONSOLE_LANGUAGE",),
                marked(
                    "The language, `en` or another one that there is a catalogue of, in the place of that of "
                    "the locale."
                ),
            ),
            (("ISCSI_CONSOLE_LAB",), marked("The directory of practice machines and their images.")),
        ),
        marked("As root nothing of the environment chooses code, sentences or files."),
    ),
    Section(
        marked("EXAMPLES"),
        "B",
        (
            (("iscsi-console",), marked("Open the console.")),
            (("iscsi-console doctor",), marked("Report what is wrong, and how to fix it.")),
            (("iscsi-console history --since 3d",), marked("List the outages of the last three days.")),
            (
                ("iscsi-console setup --answers FILE",),
                marked("Set storage up from a file, without questions."),
            ),
            (
                ("iscsi-console capture host.json",),
                marked("Write what the program reads of this host to a file, secrets removed."),
            ),
        ),
    ),
)

RELATED = (
    ("iscsi-console-answers", "5"),
    ("iscsi-console-plan", "5"),
    ("iscsiadm", "8"),
    ("iscsid", "8"),
    ("lvm", "8"),
    ("multipath", "8"),
    ("fstab", "5"),
)
"""The pages that the main one names, each with its section."""

ANSWERS = marked("the answers file of iscsi-console setup")
PLAN = marked("the file of a plan of iscsi-console")


def paragraphs(docstring: str) -> tuple[str, ...]:
    """The paragraphs of a module that describes a format, as the catalogues have them.

    Each is one line; what is moved in stays as it is.
    """
    found = []
    for paragraph in docstring.strip("\n").split("\n\n"):
        moved_in = paragraph.startswith("    ")
        found.append(paragraph.rstrip() if moved_in else " ".join(paragraph.split()))
    return tuple(found)
