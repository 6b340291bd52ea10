"""Preparing a machine: what is looked for, what is asked of apt, and when an installation counts as done."""

import os
import stat
from pathlib import Path

import pytest

import bootstrap

POLICY = """\
tmux:
  Installed: (none)
  Candidate: 3.3a-3
  Version table:
     3.3a-3 500
user-mode-linux:
  Installed: (none)
  Candidate: (none)
  Version table:
mmdebstrap:
  Installed: 1.3.5-7
  Candidate: 1.3.5-7
"""

APT_CACHE = """\
#!/bin/sh
for name in "$@"; do
    [ "$name" = policy ] && continue
    if [ -e "$LISTS/$name" ]; then candidate=1; else candidate="(none)"; fi
    printf '%s:\\n  Installed: (none)\\n  Candidate: %s\\n' "$name" "$candidate"
done
"""

APT_GET = """\
#!/bin/sh
while [ "$1" = -o ]; do shift 2; done
verb=$1; shift
echo "$verb $*" >>"$CALLS"
case $verb in
update) touch "$LISTS/fresh" "$LISTS/late" ;;
install)
    [ -e "$LISTS/stale" ] && [ ! -e "$LISTS/fresh" ] && exit 100
    for name in "$@"; do case $name in -*) ;; *) touch "$INSTALLED/$name" ;; esac; done ;;
esac
"""

SUDO = """\
#!/bin/sh
[ "$1" = -n ] && shift
exec "$@"
"""


class Machine:
    """A folder that stands for a machine with apt: what it could install, what it has, what apt was told."""

    def __init__(self, folder: Path) -> None:
        self.lists = folder / "lists"
        self.installed = folder / "installed"
        self.calls = folder / "calls"
        self.lists.mkdir()
        self.installed.mkdir()

    def offer(self, *names: str) -> None:
        """Name packages in the lists."""
        for name in names:
            (self.lists / name).touch()

    def need(self, name: str) -> bootstrap.Need:
        """A package that counts as present once it is installed here."""
        return bootstrap.Need(name, (self.installed / name).exists)

    def told(self) -> list[str]:
        """The apt-get calls so far, without the options of install."""
        lines = self.calls.read_text().splitlines() if self.calls.exists() else []
        return [" ".join(word for word in line.split() if not word.startswith("-")) for line in lines]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine whose apt is a stand-in, so that no test installs anything."""
    made = Machine(tmp_path)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, content in {"apt-cache": APT_CACHE, "apt-get": APT_GET, "sudo": SUDO}.items():
        (programs / name).write_text(content)
        (programs / name).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("LISTS", str(made.lists))
    monkeypatch.setenv("INSTALLED", str(made.installed))
    monkeypatch.setenv("CALLS", str(made.calls))
    monkeypatch.setattr(bootstrap, "BASE", ())
    return made


def level_of(machine: Machine, *names: str) -> bootstrap.Level:
    return bootstrap.Level(bootstrap.TEST_LOCK, tuple(machine.need(name) for name in names))


def test_reads_which_packages_apt_could_install() -> None:
    assert bootstrap.with_candidate(POLICY) == {"tmux", "mmdebstrap"}
    assert bootstrap.with_candidate("") == set()


def test_a_program_is_found_where_administrators_find_it() -> None:
    assert bootstrap.program("coreutils", "ls").present()
    assert not bootstrap.program("nothing", "a-program-nobody-has").present()


def test_installs_what_is_missing_and_nothing_else(
    machine: Machine, capfd: pytest.CaptureFixture[str]
) -> None:
    machine.offer("tmux", "mmdebstrap")
    (machine.installed / "tmux").touch()
    bootstrap.prepare_system(level_of(machine, "tmux", "mmdebstrap"))
    assert machine.told() == ["install mmdebstrap"]
    said = capfd.readouterr().out
    assert "mmdebstrap" in said
    assert "tmux" not in said


def test_asks_apt_nothing_when_nothing_is_missing(machine: Machine) -> None:
    (machine.installed / "tmux").touch()
    bootstrap.prepare_system(level_of(machine, "tmux"))
    assert machine.told() == []


def test_updates_the_lists_when_they_do_not_name_a_package(machine: Machine) -> None:
    bootstrap.prepare_system(level_of(machine, "late"))
    assert machine.told() == ["update", "install late"]


def test_updates_stale_lists_and_tries_once_more(machine: Machine) -> None:
    machine.offer("tmux", "stale")
    bootstrap.prepare_system(level_of(machine, "tmux"))
    assert machine.told() == ["install tmux", "update", "install tmux"]


def test_says_what_stays_missing(machine: Machine) -> None:
    machine.offer("tmux")
    with pytest.raises(bootstrap.SetupError, match="nowhere"):
        bootstrap.prepare_system(level_of(machine, "tmux", "nowhere"))
    assert machine.told() == ["update", "install tmux"]


def test_a_machine_without_the_lab_still_has_something_to_run(machine: Machine) -> None:
    level = bootstrap.Level(bootstrap.RUN_LOCK, (machine.need("nowhere"),), lab_optional=True)
    bootstrap.prepare_system(level)
    assert machine.told() == ["update"]


def test_a_processor_without_the_lab_is_not_asked_for_its_packages(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    need = machine.need("late")
    monkeypatch.setattr(bootstrap, "LAB", (need,))
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    bootstrap.prepare_system(bootstrap.Level(bootstrap.RUN_LOCK, (need,), lab_optional=True))
    assert machine.told() == []
    with pytest.raises(bootstrap.SetupError, match="elsewhere"):
        bootstrap.prepare_system(level_of(machine, "elsewhere"))


def test_an_ordinary_user_without_sudo_is_told_the_command(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr(
        "shutil.which", lambda name, path=None: None if name == "sudo" else f"/usr/bin/{name}"
    )
    with pytest.raises(bootstrap.SetupError):
        bootstrap.prepare_system(level_of(machine, "tmux"))
    assert "apt-get install tmux" in capfd.readouterr().out
    assert machine.told() == []


def test_sudo_is_not_left_waiting_for_a_password(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with Path(os.devnull).open() as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        assert bootstrap.as_root(["true"]) == ["sudo", "-n", "true"]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with both locks and an environment that has not been filled yet."""
    for name in ("pyproject.toml", "run.lock", "test.lock"):
        (tmp_path / name).write_text(name)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "iscsi-console").touch()
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "INSTALLED", tmp_path / ".venv" / "installed")
    monkeypatch.setattr(bootstrap, "RUN_LOCK", tmp_path / "run.lock")
    monkeypatch.setattr(bootstrap, "TEST_LOCK", tmp_path / "test.lock")
    return tmp_path


def test_an_installation_is_done_only_when_it_says_so(checkout: Path) -> None:
    assert not bootstrap.installed(bootstrap.RUN_LOCK)
    bootstrap.INSTALLED.write_text(bootstrap.fingerprint(bootstrap.RUN_LOCK))
    assert bootstrap.installed(bootstrap.RUN_LOCK)
    assert not bootstrap.installed(bootstrap.TEST_LOCK)


def test_what_the_tests_need_contains_what_the_program_needs(checkout: Path) -> None:
    bootstrap.INSTALLED.write_text(bootstrap.fingerprint(bootstrap.TEST_LOCK))
    assert bootstrap.installed(bootstrap.RUN_LOCK)
    assert bootstrap.installed(bootstrap.TEST_LOCK)


@pytest.mark.parametrize("name", ["pyproject.toml", "run.lock"])
def test_a_changed_file_calls_for_a_new_installation(checkout: Path, name: str) -> None:
    bootstrap.INSTALLED.write_text(bootstrap.fingerprint(bootstrap.RUN_LOCK))
    (checkout / name).write_text("changed")
    assert not bootstrap.installed(bootstrap.RUN_LOCK)


def test_a_moved_folder_calls_for_a_new_installation(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = bootstrap.fingerprint(bootstrap.RUN_LOCK)
    monkeypatch.setattr(bootstrap, "ROOT", checkout / ".." / checkout.name)
    assert bootstrap.fingerprint(bootstrap.RUN_LOCK) != before


def pinned(lock: Path) -> set[str]:
    """The `name==version` pins of a lock file."""
    return {line.split()[0] for line in lock.read_text().splitlines() if line[:1].isalnum()}


def test_the_locks_agree_and_every_pin_has_hashes() -> None:
    assert pinned(bootstrap.RUN_LOCK) < pinned(bootstrap.TEST_LOCK)
    for lock in (bootstrap.RUN_LOCK, bootstrap.TEST_LOCK):
        entries = lock.read_text().replace("\\\n", " ").splitlines()
        pins = [entry for entry in entries if entry[:1].isalnum()]
        assert len(pins) > 10
        assert all("--hash=sha256:" in entry for entry in pins)


def test_the_installed_program_is_isolated(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/x/bin/python\nimport sys\n")
    for _twice in range(2):
        bootstrap.isolate(program)
        assert program.read_text() == "#!/x/bin/python -IXutf8\nimport sys\n"
    program.write_text("#!/bin/sh\n'''exec' \"/x y/bin/python\" \"$0\" \"$@\"\n' '''\n")
    bootstrap.isolate(program)
    assert '\'\'\'exec\' "/x y/bin/python" -IXutf8 "$0" "$@"' in program.read_text()
