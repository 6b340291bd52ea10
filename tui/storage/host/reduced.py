"""What a capture keeps of files that hold more than the program needs, and the secrets in such files."""

import re
from collections.abc import Callable, Iterator

from tui.storage.secret import MASK

_ACCOUNT = re.compile(r"([^:\n]*):[^:\n]*:(\d+):.*")
_MOUNT_UNIT = re.compile(
    r"[ \t]*(?:\[(?:Unit|Mount|Automount|Swap|Install)\]|"
    r"(?:What|Where|Type|Options|TimeoutSec|TimeoutIdleSec|Priority|WantedBy|RequiredBy|After|Before|Requires)=.*)"
)
_SECRET_WORD = re.compile(
    r"^([ \t]*[^\s\"{}]*(?:password|passwd|passphrase|secret)[^\s\"{}]*[ \t]+)(\"[^\"\n]*\"?|[^\s\"{}]+)",
    re.MULTILINE | re.IGNORECASE,
)
"""A setting of multipath.conf(5): a keyword and its value, with a blank between them."""


def _first_word(text: str) -> str:
    """Of a command line its program: what follows may hold a secret, and some programs rewrite all of it."""
    words = text.partition("\0")[0].split(maxsplit=1)
    return f"{words[0]}\0" if words else ""


def _with_files(text: str) -> str:
    """Of a memory map the files, of each one line."""
    found = {fields[5]: line for line in text.split("\n") if len(fields := line.split(maxsplit=5)) == 6}
    return "".join(f"{line}\n" for name, line in found.items() if name.startswith("/"))


def _accounts(text: str) -> str:
    """Of passwd(5) names and numbers: old files hold hashes of passwords."""
    found = (_ACCOUNT.fullmatch(line) for line in text.split("\n"))
    return "".join(f"{match[1]}:x:{match[2]}:\n" for match in found if match is not None)


def _without_comments(text: str) -> str:
    r"""Of multipath.conf(5) what counts: `#` and `!` begin a comment, unless they stand in quotes."""
    lines = (re.sub(r"^((?:[^\"#!]|\"[^\"]*\")*)[#!].*$", r"\1", line).rstrip() for line in text.split("\n"))
    return _SECRET_WORD.sub(lambda match: match[1] + MASK, "".join(f"{line}\n" for line in lines if line))


def _mount_lines(text: str) -> str:
    """Of a mount unit what is mounted where; neither its environment nor its commands."""
    return "".join(f"{line}\n" for line in text.split("\n") if _MOUNT_UNIT.fullmatch(line) is not None)


_MULTIPATH = re.compile(r"/etc/multipath\.conf|/etc/multipath/conf\.d/.*")
_REDUCED: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (re.compile(r"/proc/[^/]+/cmdline"), _first_word),
    (re.compile(r"/proc/[^/]+/maps"), _with_files),
    (re.compile(r"/proc/[^/]+/environ"), lambda _text: ""),
    (re.compile(r"/etc/passwd"), _accounts),
    (_MULTIPATH, _without_comments),
    (re.compile(r"/(?:etc|run|usr/lib|lib)/systemd/.*\.(?:mount|automount|swap)"), _mount_lines),
)


def reduced(path: str, text: str) -> str:
    """What a capture keeps of the text of a file."""
    return next((reduce(text) for pattern, reduce in _REDUCED if pattern.fullmatch(path)), text)


def secret_words(path: str, text: str) -> Iterator[str]:
    """The secrets in a file whose settings have no `=`."""
    if _MULTIPATH.fullmatch(path):
        yield from (match[2].strip('"') for match in _SECRET_WORD.finditer(text))
