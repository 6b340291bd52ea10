"""Changing open-iscsi's records and iscsid.conf as files: the only way that keeps secrets off command lines.

iscsiadm takes values as arguments only, and arguments can be read by everybody while it runs. So records are
edited in place of it, under the same lock: a file `lock.write`, made only when it is not there and removed
afterwards (usr/idbm.c, idbm_lock). Temporary files stay in the database's root, since every file further
down would be taken for a record.
"""

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from tui.storage.host.interface import BACKUPS, STAGED, ChangingHost, Command, FileKind, Host, Replacement
from tui.storage.probe.iscsi.database import Database, locate_database
from tui.storage.probe.iscsi.settings import is_secret_key
from tui.storage.probe.reading import names, text, word
from tui.storage.probe.system.distribution import read_distribution
from tui.storage.probe.system.tools import tool_path
from tui.storage.problem import Problem, Refused
from tui.storage.secret import MASK, Secret
from tui.storage.untrusted import clean
from tui.storage.waiting import wait_for
from tui.words import translate as _

PATIENCE = 5.0
"""Seconds to wait for the database's lock, which others hold for milliseconds."""

Values = Mapping[str, str | Secret]
"""What to set, by key; an empty value takes the setting away."""

_OWNER = "iscsi-console"
_END = re.compile(r"^\s*#\s*END RECORD\s*$")


def database_of(host: Host) -> Database:
    """Where this host's records and their lock are."""
    return locate_database(host, read_distribution(host))


def edit_record(content: str, values: Values) -> str:
    """The text of a record with some settings changed; everything else stays as it is, in its place.

    Raises:
        ValueError: a value holds a line break, or the text is not a record.
    """
    _refuse_line_breaks(values)
    lines = _lines(content)
    end = next((number for number, line in enumerate(lines) if _END.match(line)), None)
    if end is None:
        raise ValueError("the text is no record: it has no end mark")
    changed, left = _replaced(lines[:end], values)
    changed += [f"{key} = {_plain(value)}\n" for key, value in left.items() if value]
    return "".join((*changed, *lines[end:]))


def edit_conf(content: str, values: Values) -> str:
    """The text of iscsid.conf with some settings changed.

    A setting that is there is replaced; one that is there as a commented sample takes the sample's place; any
    other is added at the end. Where a setting is taken away, a comment without the value is left.

    Raises:
        ValueError: a value holds a line break.
    """
    _refuse_line_breaks(values)
    lines = _lines(content)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    changed, left = _replaced(lines, values, leave_comment=True)
    for key, value in left.items():
        if not value:
            continue
        sample = re.compile(rf"^\s*#\s*{re.escape(key)}\s*=")
        place = next((number for number, line in enumerate(changed) if sample.match(line)), None)
        line = f"{key} = {_plain(value)}\n"
        if place is None:
            changed.append(line)
        else:
            changed[place] = line
    return "".join(changed)


def without_secrets(content: str) -> str:
    """The text with every secret's value as stars: what may be kept as a backup."""
    return "".join(
        f"{line[: line.index('=')]}= {MASK}\n"
        if (key := _key(line.lstrip().lstrip("#"))) and is_secret_key(key) and line.partition("=")[2].strip()
        else line
        for line in _lines(content)
    )


def change_record(host: ChangingHost, path: str, values: Values) -> None:
    """Change settings of one record of the database, atomically and under its lock; it becomes mode 0600.

    Raises:
        Refused: it is not an ordinary record of root's, or the database stays locked.
        OSError: it could not be read or written.
    """
    database = database_of(host)
    with locked(host, database):
        facts = host.facts(path)
        if facts is None or facts.kind is not FileKind.FILE or facts.uid != 0:
            raise Refused(
                Problem(
                    "record.not-a-record",
                    _("{path} is not a node record owned by root.").format(path=clean(path)),
                    _("It was removed meanwhile, or another file is in its place."),
                    _("Ask the portal again (Discover) to re-create the record."),
                )
            )
        old = host.read(path)
        try:
            new = edit_record(old, values)
        except ValueError as error:
            raise Refused(
                Problem(
                    "record.damaged",
                    _("The record {path} has a format that this program does not know.").format(
                        path=clean(path)
                    ),
                    clean(str(error)),
                    _("Delete the record and ask the portal again (Discover)."),
                )
            ) from error
        if new != old or facts.mode != 0o600:
            content = new.encode(errors="surrogateescape")
            expected = old.encode(errors="surrogateescape")
            host.replace(path, content, Replacement(mode=0o600, staging=database.root, expected=expected))


def restore_label(host: ChangingHost, path: str) -> None:
    """Give a file that came from another folder the SELinux label of its place, where there is SELinux."""
    if host.facts("/sys/fs/selinux/enforce") is not None and tool_path(host, "restorecon"):
        host.run(Command(("restorecon", path), changes=True))


@contextmanager
def locked(host: ChangingHost, database: Database, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the database's lock.

    What an earlier run of this program left behind when it was killed goes away: its lock, known by its
    content, and its temporary files, which may hold secrets.

    Raises:
        Refused: somebody else holds it for longer than `patience` seconds.
    """
    place = lock_path(database)
    host.make_folder(database.lock_folder, 0o770)

    def claimed() -> bool:
        try:
            host.claim(place, _mark(host).encode())
        except FileExistsError:
            if _is_left_behind(host, place):
                host.remove(place)
            return False
        return True

    if not wait_for(claimed, patience, pause=0.02):
        raise Refused(_lock_problem(host, place))
    try:
        for name in names(host, database.root):
            if name.startswith(STAGED):
                host.remove(f"{database.root}/{name}")
        yield
    finally:
        host.remove(place)


def move_out(host: ChangingHost, path: str, word: str, progress: Callable[[str], None]) -> None:
    """Remove a file or an empty directory from the database, under its lock; a copy without secrets is kept.

    Directories that are empty afterwards are removed too: iscsiadm lists them as records without a name.

    Args:
        host: the machine.
        path: of the file.
        word: the end of the copy's name: why it was moved.
        progress: is told where the copy is.
    """
    database = database_of(host)
    with locked(host, database):
        facts = host.facts(path)
        if facts is not None and facts.kind is FileKind.FILE:
            stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(host.now()))
            kept = f"{BACKUPS}/{path.strip('/').replace('/', '-')[-180:]}-{stamp}-{word}"
            host.make_folder(BACKUPS, 0o700)
            host.claim(kept, without_secrets(host.read(path)).encode(errors="surrogateescape"))
            progress(_("The file is kept as {path}.").format(path=clean(kept)))
        host.remove(path)
        folder = path.rpartition("/")[0]
        while folder.startswith(f"{database.root}/nodes/") and not names(host, folder):
            host.remove(folder)
            folder = folder.rpartition("/")[0]


def lock_path(database: Database) -> str:
    """The file whose presence is the lock."""
    return f"{database.lock_folder}/lock.write"


def is_anybody_at_work(host: Host) -> bool:
    """Whether an iscsiadm runs, which may hold the lock rightly."""
    return any(
        word(host, f"/proc/{name}/comm") == "iscsiadm" for name in names(host, "/proc") if name.isdigit()
    )


def _lock_problem(host: Host, place: str) -> Problem:
    if is_anybody_at_work(host):
        return Problem(
            "record.database-busy",
            _("The record database is locked: another iscsiadm is running."),
            _("It is logging in, discovering or changing records."),
            _("Wait until it is done and retry."),
        )
    return Problem(
        "record.lock-stale",
        _("The record database is locked, but no process uses it."),
        _("An iscsiadm was killed and left its lock file: {path}.").format(path=clean(place)),
        _("Remove the stale lock, then retry. iscsiadm itself would wait 30 seconds for it every time."),
    )


def _mark(host: Host) -> str:
    process = os.getpid()
    return f"{_OWNER} {process} {_started(host, process)}\n"


def _is_left_behind(host: Host, place: str) -> bool:
    owner = text(host, place).split()
    if len(owner) != 3 or owner[0] != _OWNER or not owner[1].isdigit():
        return False
    return _started(host, int(owner[1])) != owner[2]


def _started(host: Host, process: int) -> str:
    """When a process began, in ticks since boot (proc(5), field 22 of stat), or `-` when it is gone."""
    fields = text(host, f"/proc/{process}/stat").rpartition(")")[2].split()
    return fields[19] if len(fields) > 19 else "-"


def _replaced(
    lines: list[str], values: Values, *, leave_comment: bool = False
) -> tuple[list[str], dict[str, str | Secret]]:
    """The lines with the settings that are there changed, and the settings that are not there."""
    kept: list[str] = []
    left = dict(values)
    for line in lines:
        key = _key(line)
        if key not in values:
            kept.append(line)
        elif key in left:
            value = left.pop(key)
            if value:
                kept.append(f"{key} = {_plain(value)}\n")
            elif leave_comment:
                kept.append(f"#{key} =\n")
    return kept, left


def _lines(content: str) -> list[str]:
    """The lines with their ends; only a line feed ends one, as for open-iscsi."""
    return [line for line in re.split(r"(?<=\n)", content) if line]


def _key(line: str) -> str:
    """The key that a line sets, or empty (the rules of `probe.settings`)."""
    bare = line.strip()
    before, equals, _after = bare.partition("=")
    key = before.strip()
    return key if equals and not bare.startswith("#") and not re.search(r"\s", key) else ""


def _plain(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def _refuse_line_breaks(values: Values) -> None:
    for key, value in values.items():
        if re.search(r"[\r\n\0]", _plain(value)):
            raise ValueError(f"the value of {key} holds a line break")
