"""No sentence of the program uses a word that nobody in this field knows."""

from pathlib import Path

import pytest

from tests.vocabulary import EVERYWHERE, ROOT, misused, sentences, words

MODULE = """
from tui.words import translate as _, translate_count
TITLE = _("Mend {name}")
COUNT = translate_count("{count} rung", "{count} rungs", 2)
harmless = "mend anew"
"""


def test_no_sentence_uses_a_word_of_the_table() -> None:
    assert misused(ROOT / name for name in EVERYWHERE) == []


def test_most_sentences_are_found() -> None:
    found = list(sentences(ROOT / name for name in EVERYWHERE))
    assert len(found) > 4_000
    assert {".py", ".toml", ".json", ".md"} == {sentence.path.suffix for sentence in found}


def test_a_sentence_that_uses_one_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(MODULE)
    found = misused([tmp_path])
    assert [line.split(": ")[0].rpartition(":")[2] for line in found] == ["3", "4", "4"]
    assert "fix, repair" in found[0]


@pytest.mark.parametrize(
    ("sentence", "uses"),
    [
        ("There is no session.", []),
        ("It is no longer there.", []),
        ("{name} is no thin pool.", ["is no"]),
        ("Requests wait until a path is back.", ["Requests wait"]),
        ("The pool's NOTES are full.", ["NOTES"]),
    ],
)
def test_harmless_uses_are_spared(sentence: str, uses: list[str]) -> None:
    assert [found for word in words() for found in word.uses(sentence)] == uses
