"""What is handed out: whole, without what only builds it, and described as the command line is declared."""

import importlib.util
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution
from pathlib import Path
from types import ModuleType

import pytest

from tests.test_pages import LINK, PAGES
from tui.catalogue import available, compiled
from tui.commands.telling import Exit
from tui.storage.cells import cells
from tui.terminal import CHOICES
from tui.words import SOURCE, spoken

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "packaging"
PAPER = 80
"""Cells of a line of a man page; what is moved in with comments is wider."""

each_language = pytest.mark.parametrize("language", available())


def load(name: str) -> ModuleType:
    """A module of packaging/, which is no package: its name is that of a library."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(FOLDER)
        spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reference() -> Iterator[ModuleType]:
    path = list(sys.path)
    yield load("reference")
    sys.path[:] = path


def test_only_what_is_needed_at_run_time_is_brought_along() -> None:
    kept = load("vendoring").needed_at_run_time((ROOT / "requirements-run.lock").read_text())
    names = {line.partition("==")[0] for line in kept.splitlines() if "==" in line}
    assert {"textual", "rich", "psutil", "pyudev"} <= names
    assert not names & {"hatchling", "editables", "pathspec", "trove-classifiers"}
    assert kept.count("--hash=sha256:") >= len(names)


@pytest.mark.parametrize(
    ("version", "names", "started"),
    [
        ((3, 11, 2), ("python3.12",), None),
        ((3, 9, 18), ("python3.11", "python3.12"), "python3.12"),
        ((3, 9, 18), ("python3.10",), "needs Python 3.11"),
    ],
)
def test_where_python3_is_too_old_a_newer_one_is_started(
    version: tuple[int, ...],
    names: tuple[str, ...],
    started: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    newer = load("newer_python")
    for name in names:
        (tmp_path / name).symlink_to("/bin/true")
    begun: list[list[str]] = []
    monkeypatch.setattr(newer, "FOLDERS", (str(tmp_path),))
    monkeypatch.setattr(newer.sys, "version_info", version)
    monkeypatch.setattr(newer.sys, "argv", ["/usr/sbin/iscsi-console", "status"])

    def replaced(_path: str, argv: list[str]) -> None:
        begun.append(argv)
        sys.exit("replaced")

    monkeypatch.setattr(newer.os, "execv", replaced)
    if started is None:
        newer.start_newer()
        assert begun == []
        return
    with pytest.raises(SystemExit) as left:
        newer.start_newer()
    if begun:
        assert begun == [[str(tmp_path / started), "-IXutf8", "/usr/sbin/iscsi-console", "status"]]
    else:
        assert started in str(left.value)


def test_no_lock_file_names_a_registry() -> None:
    for name in ("requirements-run.lock", "requirements.lock"):
        assert "://" not in (ROOT / name).read_text()


def test_the_wheel_holds_every_file_of_the_program(tmp_path: Path) -> None:
    subprocess.run(
        (sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)),
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        held = set(packed.namelist())
    wanted = {
        path.relative_to(ROOT).as_posix()
        for package in ("tui", "widgets")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in {".po", ".pot"}
    }
    assert wanted - held == set()
    languages = {f"tui/locale/{place.as_posix()}" for place, _content in compiled()}
    assert {name for name in held if name.startswith("tui/locale/")} == languages


def test_the_source_distribution_holds_every_page_and_what_they_link(tmp_path: Path) -> None:
    subprocess.run(
        (sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", str(tmp_path)),
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (source,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(source) as packed:
        held = {name.partition("/")[2] for name in packed.getnames()}
    pages = [page for page in PAGES if ".github" not in page.parts]
    links = [(page.parent, match["target"]) for page in pages for match in LINK.finditer(page.read_text())]
    linked = {(folder / target).resolve() for folder, target in links}
    wanted = {file for path in {*pages, *linked} for file in (path.rglob("*") if path.is_dir() else [path])}
    assert len(wanted) > 40
    names = {file.relative_to(ROOT).as_posix() for file in wanted if file.is_file()}
    assert names - held == set()


def test_a_copy_of_the_program_knows_its_version(tmp_path: Path) -> None:
    copying = f"import contents, pathlib; contents.copy_program(pathlib.Path({str(tmp_path)!r}))"
    subprocess.run((sys.executable, "-c", copying), cwd=FOLDER, check=True)
    (found,) = Distribution.discover(name="iscsi-console", path=[str(tmp_path)])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (found.name, found.version) == (project["name"], project["version"])


def of_terminal(text: str) -> list[str]:
    """The variables of a terminal of which a text does not name every value."""
    lacking = []
    for variable, values in CHOICES.values():
        after = text[text.index(variable) :]
        told = re.split(r"\.TP|^\|[^|]*`ISCSI|\n\n", after[1:], maxsplit=1, flags=re.MULTILINE)[0]
        if values - set(re.findall(r"[a-z0-9]+", told)):
            lacking.append(variable)
    return lacking


@pytest.mark.parametrize("place", ["docs/console.md", "docs/zh_CN/console.md"])
def test_the_choices_for_a_terminal_are_those_that_it_takes(place: str) -> None:
    assert of_terminal((ROOT / place).read_text()) == []


@each_language
def test_the_man_page_names_what_a_terminal_takes_and_every_exit_status(
    reference: ModuleType, language: str
) -> None:
    page = reference.man_pages("1.0", 0, language)["iscsi-console.8"]
    assert of_terminal(page[page.index("NO_COLOR") :]) == []
    named = set(re.findall(r"^\\fB([0-9]+)\\fR$", page, re.MULTILINE))
    assert {str(int(status)) for status in Exit} <= named


@each_language
@pytest.mark.skipif(shutil.which("groff") is None, reason="there is no groff")
def test_the_man_pages_are_right_for_groff(reference: ModuleType, language: str) -> None:
    for name, text in reference.man_pages("1.0", 0, language).items():
        command = ("groff", "-Kutf8", "-man", "-ww", "-Tutf8", "-P-cbou")
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
        assert (name, done.stderr) == (name, "")
        wide = [line for line in done.stdout.splitlines() if cells(line) > PAPER and "#" not in line]
        assert (name, wide) == (name, [])


@pytest.mark.parametrize("language", [one for one in available() if one != SOURCE])
def test_a_translated_man_page_has_the_commands_options_and_code_of_the_english_one(
    reference: ModuleType, language: str
) -> None:
    ours, theirs = reference.man_pages("1.0", 0, language), reference.man_pages("1.0", 0)
    assert list(ours) == list(theirs)
    for name, text in theirs.items():
        assert fixed(ours[name]) == fixed(text)
        assert ours[name] != text
    assert spoken() == SOURCE


def fixed(page: str) -> list[str]:
    """The lines that no language changes: what is listed, and what is moved in, without its comments."""
    kept = re.findall(r"^(?:\.SS .*|\.TP\n.*|\.BR? .*|\\& .*|\\&\[.*)$", page, re.MULTILINE)
    return [re.sub(r" +# .*|\\\[u2026\]|…", "", line) for line in kept]


def test_the_man_page_names_every_command_and_option(reference: ModuleType) -> None:
    page = reference.man_pages("1.0", 0)["iscsi-console.8"].replace("\\-", "-")
    for verb in reference.program().all():
        assert f".SS {' '.join(verb.words)}\n" in page or not verb.words
        for option in verb.options:
            assert all(name in page for name in option.names)


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("do",), {"doctor"}),
        (("--rea",), {"--read-only"}),
        (("doctor", "--ignore", "F05"), {"F05", "F05.disk-offline", "F05.session-lost"}),
        (("lab", "exe"), {"exec"}),
    ],
)
def test_bash_completes(reference: ModuleType, words: tuple[str, ...], expected: set[str]) -> None:
    script = reference.completions()["usr/share/bash-completion/completions/iscsi-console"]
    ask = f"{script}\nCOMP_WORDS=(iscsi-console {' '.join(words)}); COMP_CWORD={len(words)}\n"
    ask += '_iscsi_console; printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(("bash", "-c", ask), capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == expected


@pytest.mark.parametrize(("shell", "place"), [("zsh", "zsh"), ("fish", "fish")])
def test_the_other_shells_read_their_completions(
    reference: ModuleType, shell: str, place: str, tmp_path: Path
) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell}")
    (text,) = (text for path, text in reference.completions().items() if f"/{place}/" in f"/{path}")
    script = tmp_path / "completion"
    script.write_text(text)
    done = subprocess.run((shell, "-n", str(script)), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
