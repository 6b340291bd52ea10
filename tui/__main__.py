"""The command line: chooses what to open, and imports a screen only when one opens."""

import argparse
import sys

from tui.words import translate as _


def main() -> int:
    """Run the program and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="iscsi-console", description=_("Set up, watch, take down and repair iSCSI storage.")
    )
    commands = parser.add_subparsers(dest="action", required=True)
    if sys.argv[1:2] == ["lab"] or not sys.argv[1:] or sys.argv[1].startswith("-"):
        from tui.lab import command as lab  # noqa: PLC0415 - other sub-commands do without

        lab.add_arguments(commands)
    arguments = parser.parse_args()
    return lab.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
