"""What holds for the catalogue of every language: it says what the code says, filled in with the same."""

import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from msgspec import Struct

from tests.waiting import AT_MOST
from tui.catalogue import FOLDER, Message, read_messages
from tui.commands import argparse_words

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = FOLDER / "iscsi-console.pot"
LANGUAGES = sorted(path.parent.parent.name for path in FOLDER.glob("*/LC_MESSAGES/iscsi-console.po"))
COMPLETE = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["iscsi-console"]["complete-languages"]

_PLACEHOLDER = re.compile(r"\{[^{}]*\}|%\([a-z_]+\)[srd]|%[srd](?![a-z])")
_CODE = re.compile(r"^ {4}[^#\n]*|`[^`]*`|\{[^{}]*\}|[\w.+-]*[/:._=][\w.+/:-]*", re.MULTILINE)


class Term(Struct, frozen=True):
    """A term of the field, and what may stand for it in a translation."""

    english: str
    use: tuple[str, ...]
    source: str
    harmless: tuple[re.Pattern[str], ...] = ()

    def is_in(self, sentence: str) -> bool:
        """Whether a sentence uses the term; what is code in it does not count."""
        prose = _CODE.sub(" ", sentence)
        for pattern in self.harmless:
            prose = pattern.sub(" ", prose)
        return re.search(rf"(?<![\w-]){re.escape(self.english)}s?(?![\w-])", prose, re.IGNORECASE) is not None


def messages(language: str) -> tuple[Message, ...]:
    """The messages of a language, without its header."""
    text = (FOLDER / language / "LC_MESSAGES" / "iscsi-console.po").read_text(encoding="utf-8")
    return tuple(message for message in read_messages(text) if message.ids[0])


def template() -> tuple[Message, ...]:
    return tuple(message for message in read_messages(TEMPLATE.read_text(encoding="utf-8")) if message.ids[0])


def placeholders(sentence: str) -> Counter[str]:
    return Counter(_PLACEHOLDER.findall(sentence))


def wrong_placeholders(message: Message) -> bool:
    """Whether a translation is filled in with something else than its source text.

    A form for one may leave the number out, as in English; any form may have what either English one has.
    """
    allowed = [placeholders(one) for one in message.ids]
    most = allowed[0] | allowed[-1]
    least = allowed[0] & allowed[-1]
    return any(not (least <= placeholders(one) <= most) for one in message.strings if one)


def terms(language: str) -> tuple[Term, ...]:
    file = ROOT / "tests" / "glossaries" / f"{language}.toml"
    if not file.exists():
        return ()
    return tuple(
        Term(
            entry["english"],
            tuple(entry["use"]),
            entry["source"],
            tuple(re.compile(pattern, re.IGNORECASE) for pattern in entry.get("except", ())),
        )
        for entry in tomllib.loads(file.read_text(encoding="utf-8"))["term"]
    )


def strangers(language: str, found: tuple[Message, ...]) -> list[str]:
    """The translations that lack a term of the glossary, each with the term."""
    return [
        f"{term.english} = {'/'.join(term.use)}: {message.ids[0][:100]!r}: {message.strings[0][:100]!r}"
        for message in found
        if message.is_done
        for term in terms(language)
        if term.is_in(message.ids[0]) and not any(word in message.strings[0] for word in term.use)
    ]


def test_the_template_is_what_the_code_says(tmp_path: Path) -> None:
    written = tmp_path / "template.pot"
    code = f"import messages, pathlib; messages.extract(pathlib.Path({str(written)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT / "packaging",
        capture_output=True,
        text=True,
        check=False,
        timeout=AT_MOST,
    )
    assert done.returncode == 0, done.stderr
    now = {message.key for message in read_messages(written.read_text())}
    before = {message.key for message in read_messages(TEMPLATE.read_text())}
    assert (sorted(now - before), sorted(before - now)) == ([], []), "run: make messages"


def test_the_template_holds_what_is_practised_and_what_argparse_says() -> None:
    sentences = {message.ids[0] for message in template()}
    lesson = tomllib.loads((ROOT / "tui/practice/scenarios/02-the-records/scenario.toml").read_text())
    assert {
        lesson["title"],
        lesson["task"].strip(),
        *lesson["learns"],
        lesson["step"][0]["lacks"],
    } <= sentences
    assert {*argparse_words.SENTENCES.values(), "Go back", "Enter"} <= sentences


def test_plurals_of_one_message_are_filled_in_alike() -> None:
    assert not [
        message.ids for message in template() if placeholders(message.ids[0]) - placeholders(message.ids[-1])
    ]


def test_a_language_is_of_this_program() -> None:
    known = {message.key for message in template()}
    for language in LANGUAGES:
        assert (language, sorted({message.key for message in messages(language)} - known)) == (language, [])


def test_translations_are_filled_in_like_their_source() -> None:
    for language in LANGUAGES:
        wrong = [message.ids[0] for message in messages(language) if wrong_placeholders(message)]
        assert (language, wrong) == (language, [])


def test_plurals_have_every_form() -> None:
    for language in LANGUAGES:
        text = (FOLDER / language / "LC_MESSAGES" / "iscsi-console.po").read_text(encoding="utf-8")
        header = next(message.strings[0] for message in read_messages(text) if not message.ids[0])
        forms = int(header.partition("nplurals=")[2][:1])
        wrong = [
            message.ids[0]
            for message in messages(language)
            if len(message.strings) != (forms if len(message.ids) > 1 else 1)
        ]
        assert (language, wrong) == (language, [])


def test_translations_use_the_terms_of_the_glossary() -> None:
    for language in LANGUAGES:
        assert (language, strangers(language, messages(language))) == (language, [])


def test_a_complete_language_has_every_message() -> None:
    for language in COMPLETE:
        done = {message.key for message in messages(language) if message.is_done}
        assert (language, sorted({message.key for message in template()} - done)) == (language, [])


@pytest.mark.parametrize(
    ("ids", "strings", "wrong"),
    [
        (("{count} disk", "{count} disks"), ("{count} 个磁盘",), False),
        (("One disk", "{count} disks"), ("{count} 个磁盘",), False),
        (("{name} is at {place}",), ("{place}上有{name}",), False),
        (("{name} is at {place}",), ("{name}",), True),
        (("{name}",), ("{Name}",), True),
        (("{seconds:.0f} s",), ("{seconds} 秒",), True),
        (("%(prog)s: error: %(message)s",), ("%(prog)s: 错误",), True),
        (("50 % of {size}",), ("{size} 的 50 %",), False),
    ],
)
def test_placeholders_are_compared(ids: tuple[str, ...], strings: tuple[str, ...], wrong: bool) -> None:
    assert wrong_placeholders(Message(ids, strings)) is wrong


@pytest.mark.parametrize(
    ("source", "translation", "right"),
    [
        ("Rename the volume group", "重命名卷组", True),
        ("Rename the volume group", "重命名组", False),
        ("Two Portals answer.", "两个门户应答。", True),
        ("Two portals answer.", "两个入口应答。", False),
        ("Edit /etc/iscsi/initiatorname.iscsi", "编辑 /etc/iscsi/initiatorname.iscsi", True),
        ("Run `iscsiadm -m session`", "运行 `iscsiadm -m session`", True),
    ],
)
def test_terms_are_found(source: str, translation: str, right: bool) -> None:
    assert (strangers("zh_CN", (Message((source,), (translation,)),)) == []) is right


def test_every_term_has_a_word_and_a_source() -> None:
    for file in (ROOT / "tests" / "glossaries").glob("*.toml"):
        found = terms(file.stem)
        assert found
        assert not [term for term in found if not all(term.use) or not term.source]
