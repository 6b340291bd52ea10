"""What is kept of the commands that ran."""

from hypothesis import given, strategies as st

from tests.storage.scripted_host import ScriptedHost
from tui.storage.host.command_log import CommandLogHost, Ran
from tui.storage.host.interface import Command, Outcome


def test_every_command_is_told_to_who_listens_until_they_stop() -> None:
    host = CommandLogHost(ScriptedHost(replies={("true",): Outcome(0)}))
    told: list[Ran] = []
    stop = host.listen(told.append)
    host.run(Command(("true",)))
    stop()
    host.run(Command(("true",)))
    assert [one.command.argv for one in told] == [("true",)]
    assert len(host.ran()) == 2


@given(st.lists(st.integers(0, 50), max_size=60), st.integers(1, 20), st.integers(0, 100))
def test_memory_is_bounded_and_the_newest_is_whole(sizes: list[int], most: int, output: int) -> None:
    scripted = ScriptedHost()
    host = CommandLogHost(scripted, most, output)
    for number, size in enumerate(sizes):
        scripted.replies = {("say",): Outcome(0, "x" * size)}
        host.run(Command(("say", str(number))))
        ran = host.ran()
        assert ran[-1].outcome.stdout == "x" * size
        assert len(ran) <= most
        assert sum(len(one.outcome.stdout) for one in ran[:-1]) <= output
        assert [one.command.argv[1] for one in ran] == [str(at) for at in range(number + 1)][-most:]
