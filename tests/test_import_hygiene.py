"""What the program imports, seen in a fresh interpreter, and what its files may name."""

import json
import pkgutil
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import tui.actions
import tui.commands
import tui.fleet
import tui.lab
import tui.practice
import tui.recovery
import tui.setup
import tui.storage
from tests.waiting import AT_MOST

ROOT = Path(__file__).resolve().parent.parent
SCREEN_PACKAGES = {"textual", "rich", "widgets"}

LIST_AFTER_IMPORT = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
json.dump(sorted({name.partition(".")[0] for name in sys.modules}), sys.stdout)
"""


def modules_of(package: str, path: list[str]) -> list[str]:
    """The package and every module below it."""
    return [package, *(module.name for module in pkgutil.walk_packages(path, prefix=f"{package}."))]


def imported_by(names: list[str]) -> set[str]:
    """The top-level packages that an interpreter holds after importing `names` and nothing else."""
    reply = subprocess.run(
        [sys.executable, "-c", LIST_AFTER_IMPORT, *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=AT_MOST,
    )
    assert reply.returncode == 0, reply.stderr
    return set(json.loads(reply.stdout))


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(modules_of("tui.storage", list(tui.storage.__path__)), id="storage"),
        pytest.param(modules_of("tui.setup", list(tui.setup.__path__)), id="setup"),
        pytest.param(modules_of("tui.recovery", list(tui.recovery.__path__)), id="recovery"),
        pytest.param(modules_of("tui.lab", list(tui.lab.__path__)), id="lab"),
        pytest.param(modules_of("tui.practice", list(tui.practice.__path__)), id="practice"),
        pytest.param(modules_of("tui.actions", list(tui.actions.__path__)), id="actions"),
        pytest.param(modules_of("tui.commands", list(tui.commands.__path__)), id="commands"),
        pytest.param(modules_of("tui.fleet", list(tui.fleet.__path__)), id="fleet"),
        pytest.param(["tui.words"], id="words"),
        pytest.param(["tui.__main__"], id="command line"),
        pytest.param(["tui.screens.console.keys"], id="keys of the console"),
    ],
)
def test_imports_nothing_of_the_screen(names: list[str]) -> None:
    found = imported_by(names)
    assert "tui" in found
    assert found.isdisjoint(SCREEN_PACKAGES), f"{names[0]} pulls in {sorted(found & SCREEN_PACKAGES)}"


def test_widgets_import_nothing_of_the_program() -> None:
    import widgets

    found = imported_by(modules_of("widgets", list(widgets.__path__)))
    assert "widgets" in found
    assert "tui" not in found


LATER = ("lab", "maintenance", "setup", "storage.news", "storage.operations", "storage.probe")
"""What the first picture of the console need not wait for."""


def test_the_first_picture_waits_for_nothing_that_comes_later() -> None:
    code = (
        "import json, sys; import tui.app, tui.storage.watching.prefetch, tui.storage.host.local; "
        "json.dump([name for name in sys.modules if name.startswith('tui.')], sys.stdout)"
    )
    reply = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    found = set(json.loads(reply.stdout))
    assert "tui.screens.console.console_screen" in found
    assert [name for name in sorted(found) if name.removeprefix("tui.").startswith(LATER)] == []


def test_init_files_are_empty() -> None:
    written = [str(path.relative_to(ROOT)) for path in project_files() if is_filled_init(path)]
    assert written == []


def is_filled_init(path: Path) -> bool:
    """Whether this is an `__init__.py` with something in it."""
    return path.name == "__init__.py" and path.stat().st_size > 0


MOST_MODULES = 25
HOUSE = ("tui", "widgets")


def test_no_folder_has_more_modules_than_a_person_can_overlook() -> None:
    counts = Counter(path.parent for path in project_files() if path.suffix == ".py" and path.stat().st_size)
    rooms = {str(folder.relative_to(ROOT)): count for folder, count in counts.items()}
    crowded = {
        room: count for room, count in rooms.items() if count > MOST_MODULES and room.startswith(HOUSE)
    }
    assert crowded == {}
    assert rooms["tui/storage/operations/lvm"] > 1


HOME_OF_SOMEONE = re.compile(r"/(?:home|Users)/[a-z][\w-]*/")
PACKAGE_INDEX = re.compile(
    r"https?://[\w.-]*(?:pypi|pythonhosted|deb\.debian|registry|mirror)[\w.-]*", re.IGNORECASE
)
FORBIDDEN = {"a home folder": HOME_OF_SOMEONE, "a package index": PACKAGE_INDEX}
OWN_CHECKOUT = str(ROOT)


def project_files() -> Iterator[Path]:
    """The files git knows, those that may be text."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listing.stdout.split("\0"):
        if name and (ROOT / name).is_file():
            yield ROOT / name


def test_no_file_names_a_machine() -> None:
    """A clone works anywhere: hosts and folders come from the machine it runs on."""
    found: list[str] = []
    for path in project_files():
        if path == Path(__file__):
            continue
        text = path.read_bytes().decode("utf-8", errors="replace")
        if len(ROOT.parts) > 2 and OWN_CHECKOUT in text:
            found.append(f"{path.relative_to(ROOT)}: the folder of this checkout")
        for what, pattern in FORBIDDEN.items():
            match = pattern.search(text)
            if match:
                found.append(f"{path.relative_to(ROOT)}: {what}: {match.group()}")
    assert found == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("cache = /home/anna/.cache", "a home folder"),
        ("see /Users/anna/project", "a home folder"),
        ("index-url = https://pypi.example.org/simple", "a package index"),
        ("URIs: http://deb.debian.org/debian", "a package index"),
    ],
)
def test_the_patterns_find_what_they_are_for(line: str, what: str) -> None:
    assert FORBIDDEN[what].search(line) is not None


@pytest.mark.parametrize(
    "line", ["secrets in /root/chap.secret", "/home is a mount", "https://www.debian.org/doc", "~/.cache"]
)
def test_the_patterns_leave_ordinary_lines_alone(line: str) -> None:
    assert all(pattern.search(line) is None for pattern in FORBIDDEN.values())
