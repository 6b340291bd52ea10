"""A small part of the fuzzer; `python -m tests.fuzz --inputs N` tries as many as there is time for."""

import pytest

from tests.fuzz.__main__ import run
from tests.fuzz.targets import TARGETS


def test_odd_inputs_end_in_words_and_nothing_else() -> None:
    counted, failures = run(1_500, seed=20261129)
    assert sum(counted.values()) == 1_500
    assert [str(failure) for failure in failures] == []


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_every_parser_and_document_gets_some(name: str) -> None:
    _counted, failures = run(6, only=name)
    assert [str(failure) for failure in failures] == []
