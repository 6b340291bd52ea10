"""The sentences that argparse says by itself, which go through the program's catalogue as well.

argparse asks gettext for them, which knows no catalogue of this program and would take one from a path in
LANGUAGE. They are those of Python 3.11 to 3.14; `%(name)s` in them is filled in by argparse.
"""

import argparse

from tui.words import marked, translate, translate_count

SENTENCES = (
    marked("usage: "),
    marked("positional arguments"),
    marked("options"),
    marked("show this help message and exit"),
    marked("%(prog)s: error: %(message)s\n"),
    marked("argument %(argument_name)s: %(message)s"),
    marked("the following arguments are required: %s"),
    marked("one of the arguments %s is required"),
    marked("not allowed with argument %s"),
    marked("unrecognized arguments: %s"),
    marked("ambiguous option: %(option)s could match %(matches)s"),
    marked("ignored explicit argument %r"),
    marked("unexpected option string: %s"),
    marked("expected one argument"),
    marked("expected at most one argument"),
    marked("expected at least one argument"),
    marked("invalid choice: %(value)r (choose from %(choices)s)"),
    marked("invalid choice: %(value)r, maybe you meant %(suggestion)r? (choose from %(choices)s)"),
    marked("invalid %(type)s value: %(value)r"),
    marked("unknown parser %(parser_name)r (choices: %(choices)s)"),
    marked("can't open '%(filename)s': %(error)s"),
)


def expected_arguments(number: int) -> str:
    """What argparse says of an option that takes several."""
    return translate_count("expected %s argument", "expected %s arguments", number)


def translate_argparse() -> None:
    """Have argparse ask the program's catalogue; it looks its translator up in its module."""
    vars(argparse).update({"_": translate, "ngettext": translate_count})
