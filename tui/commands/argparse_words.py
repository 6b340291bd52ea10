"""The sentences that argparse says by itself, in this program's words and from its catalogue.

argparse asks gettext for them, which knows no catalogue of this program and would take one from a path in
LANGUAGE. They are those of Python 3.11 to 3.14; `%(name)s` in them is filled in by argparse.
"""

import argparse

from tui.words import marked, translate, translate_count

SENTENCES = {
    "usage: ": marked("usage: "),
    "positional arguments": marked("arguments"),
    "options": marked("options"),
    "show this help message and exit": marked("show this help"),
    "%(prog)s: error: %(message)s\n": marked("%(prog)s: %(message)s\n"),
    "argument %(argument_name)s: %(message)s": marked("%(argument_name)s: %(message)s"),
    "the following arguments are required: %s": marked("missing on the command line: %s"),
    "one of the arguments %s is required": marked("one of these is required: %s"),
    "not allowed with argument %s": marked("cannot be used together with %s"),
    "unrecognized arguments: %s": marked("not recognized: %s"),
    "ambiguous option: %(option)s could match %(matches)s": marked(
        "%(option)s could be any of these options: %(matches)s"
    ),
    "ignored explicit argument %r": marked("takes no value, and %r was given"),
    "unexpected option string: %s": marked("no such option: %s"),
    "expected one argument": marked("needs a value"),
    "expected at most one argument": marked("takes one value at most"),
    "expected at least one argument": marked("needs at least one value"),
    "invalid choice: %(value)r (choose from %(choices)s)": marked("%(value)r is none of these: %(choices)s"),
    "invalid choice: %(value)r, maybe you meant %(suggestion)r? (choose from %(choices)s)": marked(
        "%(value)r is none of these: %(choices)s; did you mean %(suggestion)r?"
    ),
    "invalid %(type)s value: %(value)r": marked("%(value)r cannot be used as %(type)s"),
    "unknown parser %(parser_name)r (choices: %(choices)s)": marked(
        "%(parser_name)r is none of these: %(choices)s"
    ),
    "can't open '%(filename)s': %(error)s": marked("%(filename)s cannot be opened: %(error)s"),
}
"""What argparse says, and what this program says in its place."""


def _sentence(said: str) -> str:
    return translate(SENTENCES.get(said, said))


def _sentence_with_number(one: str, many: str, number: int) -> str:
    if one == "expected %s argument":
        return translate_count("needs %s value", "needs %s values", number)
    return translate_count(one, many, number)


def translate_argparse() -> None:
    """Have argparse ask for these sentences; it looks its translator up in its module."""
    vars(argparse).update({"_": _sentence, "ngettext": _sentence_with_number})
