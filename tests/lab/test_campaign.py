"""A few courses of `make campaign`: random stacks, random faults, the program's own first fixes.

The seeds are short ones that meet different faults; 10 leaves the kernel with the size of another LUN.
"""

import pytest

from tests.campaign.course import run

pytestmark = pytest.mark.lab


@pytest.mark.parametrize("seed", [2, 3, 5, 9, 10])
def test_a_course(seed: int) -> None:
    """No data is lost, nothing is called healthy that is not, and all that is unmet is named."""
    course = run(seed)
    assert not course.wrong, str(course)
