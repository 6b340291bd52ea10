"""The sub-commands that change a host: every verb, `plan`, `apply` and `journal`.

Imports only the grammar, so that `--help` comes at once; what does it is imported when it runs.
"""

import argparse
from typing import TYPE_CHECKING

from tui.actions.declared import words_of
from tui.commands import grammar
from tui.words import translate as _

if TYPE_CHECKING:
    from tui.commands.grammar import Parsers


class Verb:
    """A sub-command of one word: `disconnect`, or `volume` with a second word."""

    def __init__(self, word: str) -> None:
        self._word = word

    def add_arguments(self, commands: "Parsers") -> None:
        """Add the verb."""
        grammar.add_verb(commands, self._word, plans_only=False)

    def main(self, arguments: argparse.Namespace) -> int:
        """Plan, ask, and carry out."""
        from tui.commands import planning  # noqa: PLC0415 (see above)

        return planning.carry_out(arguments, plans_only=False)


class PlanCommand:
    """`plan VERB …`: shows what a verb would do, or stores it."""

    def add_arguments(self, commands: "Parsers") -> None:
        """Add `plan` with every verb below it."""
        words = words_of("plan")
        parser = commands.add_parser("plan", help=words, description=grammar.described(words))
        inner = parser.add_subparsers(dest="first", required=True, metavar="VERB")
        for word in grammar.FIRST_WORDS:
            grammar.add_verb(inner, word, plans_only=True)

    def main(self, arguments: argparse.Namespace) -> int:
        """Plan."""
        from tui.commands import planning  # noqa: PLC0415 (see above)

        return planning.carry_out(arguments, plans_only=True)


class ApplyCommand:
    """`apply FILE`: carries a stored plan out."""

    def add_arguments(self, commands: "Parsers") -> None:
        """Add `apply`."""
        words = words_of("apply")
        parser = commands.add_parser("apply", help=words, description=grammar.described(words))
        parser.add_argument("file", metavar="FILE", help=_("a plan from --out; - is standard input"))
        grammar.add_options_of_output(parser)
        grammar.add_options_of_run(parser)
        grammar.add_secrets(parser)

    def main(self, arguments: argparse.Namespace) -> int:
        """Check that it is for this host, ask, and carry out."""
        from tui.commands import planning  # noqa: PLC0415 (see above)

        return planning.apply(arguments)


class JournalCommand:
    """`journal`: what was changed, and what becomes of interrupted plans."""

    def add_arguments(self, commands: "Parsers") -> None:
        """Add `journal`."""
        words = words_of("journal")
        parser = commands.add_parser("journal", help=words, description=grammar.described(words))
        parser.set_defaults(second="", name="")
        grammar.add_options_of_output(parser)
        inner = parser.add_subparsers(dest="second", metavar="VERB")
        for verb, help_words in (
            ("list", _("list the plans that ran, the last first; this is the default")),
            ("show", _("show the steps of one, and how far it came")),
            ("resume", _("run what is left of an interrupted plan")),
            ("give-up", _("leave the host as it is; the plan is not resumed")),
            ("undo", _("undo what a plan changed, the last step first")),
        ):
            one = inner.add_parser(verb, help=help_words)
            grammar.add_options_of_output(one)
            if verb != "list":
                one.add_argument(
                    "name",
                    nargs="?",
                    default="",
                    metavar="ID",
                    help=_("which; the last that fits by default"),
                )
            if verb in {"resume", "undo"}:
                grammar.add_options_of_run(one)
            if verb == "resume":
                grammar.add_secrets(one)

    def main(self, arguments: argparse.Namespace) -> int:
        """List, show, resume, give up or undo."""
        from tui.commands import journals  # noqa: PLC0415 (see above)

        return journals.main(arguments)
