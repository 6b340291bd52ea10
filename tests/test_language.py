"""Which language is spoken, and why it is English where it is."""

from pathlib import Path

import pytest

from tui import catalogue, language, preferences, terminal, words

MESSAGES = """\
msgid ""
msgstr ""
"Language: de\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

#: tui/a.py
msgid "Mounted"
msgstr "Eingehängt"

#, python-brace-format
msgid "{count} disk"
msgid_plural "{count} disks"
msgstr[0] "{count} Platte"
msgstr[1] "{count} Platten"

msgctxt "a state"
msgid "new"
msgstr "neu"

#, fuzzy
msgid "Guessed"
msgstr "Geraten"

msgid "In two "
"lines\\n"
"and \\"quoted\\""
msgstr ""
"In zwei "
"Zeilen\\nund „zitiert“"

#~ msgid "Gone"
#~ msgstr "Weg"
"""


@pytest.fixture(autouse=True)
def _catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "locale" / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "iscsi-console.po").write_text(MESSAGES, encoding="utf-8")
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path / "locale")
    monkeypatch.setattr(preferences, "HOST_FILE", tmp_path / "config.toml")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    monkeypatch.setattr(terminal, "read_tty", lambda: terminal.TtyFacts(interactive=False))


@pytest.fixture(autouse=True)
def _english_afterwards() -> "object":
    yield
    words.use(None)


def test_a_checkout_needs_no_build() -> None:
    words.use(catalogue.read_catalogue("de"))
    assert words.translate("Mounted") == "Eingehängt"
    assert words.translate_count("{count} disk", "{count} disks", 1) == "{count} Platte"
    assert words.translate_count("{count} disk", "{count} disks", 2) == "{count} Platten"
    assert words.translate_in("a state", "new") == "neu"
    assert words.translate('In two lines\nand "quoted"') == "In zwei Zeilen\nund „zitiert“"


@pytest.mark.parametrize("sentence", ["new", "Guessed", "Gone", "", "Never seen"])
def test_what_is_not_translated_is_english(sentence: str) -> None:
    words.use(catalogue.read_catalogue("de"))
    assert words.translate(sentence) == sentence


def test_a_compiled_catalogue_goes_first(tmp_path: Path) -> None:
    compiled = catalogue.FOLDER / "de" / "LC_MESSAGES" / "iscsi-console.mo"
    compiled.write_bytes(catalogue.compile_catalogue(MESSAGES.replace("Eingehängt", "Montiert")))
    words.use(catalogue.read_catalogue("de"))
    assert words.translate("Mounted") == "Montiert"


@pytest.mark.parametrize(
    ("environ", "spoken"),
    [
        ({"LANG": "de_AT.UTF-8"}, "de"),
        ({"LANG": "de_DE.UTF-8@euro"}, "de"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "de"}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LANGUAGE": "fr:de"}, "de"),
        ({"LANG": "C.UTF-8", "ISCSI_CONSOLE_LANGUAGE": "de"}, "de"),
        ({"LANG": "de_DE.UTF-8", "ISCSI_CONSOLE_LANGUAGE": "en"}, "en"),
        ({}, "en"),
    ],
)
def test_the_locale_chooses(environ: dict[str, str], spoken: str) -> None:
    assert language.speak(environ) == language.Spoken(spoken)
    assert words.translate("Mounted") == ("Eingehängt" if spoken == "de" else "Mounted")


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"LANG": "fr_FR.UTF-8"}, "There is no catalogue"),
        ({"LANG": "de_DE.UTF-8", "TERM": "linux"}, "cannot show"),
        ({"LANG": "de_DE.UTF-8", "ISCSI_CONSOLE_GLYPHS": "cp437"}, "cannot show"),
        ({"LANG": "de_DE.ISO-8859-1"}, "cannot show"),
        ({"LANG": "de_DE"}, "cannot show"),
    ],
)
def test_english_has_a_reason(environ: dict[str, str], said: str) -> None:
    spoken = language.speak(environ)
    assert spoken.language == "en"
    assert spoken.instead in {"de", "fr_FR.UTF-8"}
    assert said in spoken.reason
    assert words.translate("Mounted") == "Mounted"


def test_config_toml_names_a_language(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('language = "de"\n')
    assert language.speak({"LANG": "en_US.UTF-8"}).language == "de"
    own = tmp_path / "own" / "iscsi-console"
    own.mkdir(parents=True)
    (own / "config.toml").write_text('language = "en"\n')
    assert language.speak({"LANG": "de_DE.UTF-8"}).language == "en"


def test_a_wrong_config_toml_does_not_keep_the_program_from_speaking(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('language = "../../evil"\n')
    environ = {"LANG": "de_DE.UTF-8"}
    assert language.speak(environ).language == "de"
    assert environ == {"LANG": "de_DE.UTF-8"}


@pytest.mark.parametrize("name", ["../de", "/tmp/de", "de/LC_MESSAGES", ".", ""])
def test_a_language_is_a_name_of_the_program_s_own_folder(name: str) -> None:
    assert language.speak({"ISCSI_CONSOLE_LANGUAGE": name}).language == "en"


@pytest.mark.parametrize("content", [b"", b"not a catalogue", b"\xde\x12\x04\x95" + b"\xff" * 30])
def test_a_damaged_catalogue_is_english_with_its_reason(content: bytes) -> None:
    (catalogue.FOLDER / "de" / "LC_MESSAGES" / "iscsi-console.mo").write_bytes(content)
    spoken = language.speak({"LANG": "de_DE.UTF-8"})
    assert (spoken.language, spoken.instead) == ("en", "de")
    assert "cannot be read" in spoken.reason


@pytest.mark.parametrize(
    "text", ["nonsense", 'msgid "a"\nmsgid "b"', 'msgid "a\nmsgstr ""', 'msgid "\\q"\nmsgstr ""']
)
def test_what_is_no_catalogue_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"empty line|Expecting|Unterminated|Extra data|Invalid"):
        catalogue.compile_catalogue(text)
