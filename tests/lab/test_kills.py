"""Changes whose programs are struck at random moments and started again: nothing is lost, nothing left."""

import pytest

from tests.kills.course import CHANGES, run

pytestmark = pytest.mark.lab

STRIKES = 4


@pytest.mark.parametrize("seed", range(1, len(CHANGES) + 1))
def test_a_change_that_is_struck_ends_whole(seed: int) -> None:
    course = run(seed, STRIKES)
    assert course.wrong == [], course
    assert course.strikes
