"""The wizard on a narrow terminal: the rail folds to a line, and gives the page its width."""

import pytest

from tests.screens import scenes
from tests.screens.driving import lines_of, opened


@pytest.mark.parametrize(("size", "folded"), [((60, 20), True), ((80, 24), False)])
async def test_the_rail_folds_where_there_is_no_room_for_it(size: tuple[int, int], folded: bool) -> None:
    async with opened(scenes.driver(scenes.named()), size=size) as pilot:
        question = pilot.app.screen.query_one("#question").region
        assert ("1 Name  ○" in lines_of(pilot)[1]) is folded
        assert question.width == (60 if folded else 54)
