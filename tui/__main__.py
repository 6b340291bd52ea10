"""The command line: chooses what to open, and imports a screen only when one opens."""


def main() -> int:
    """Run the program and return its exit status."""
    return 0
