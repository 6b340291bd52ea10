"""A wait is longer where others have the machine, and has an end everywhere."""

import contextlib
import math
import socket
from pathlib import Path

import pytest

from tui.lab.channel import Channel
from tui.lab.patience import LEAST, Patience, waited_for


class Machine:
    """One on which time passes as it is told."""

    def __init__(self, *, counts: bool = True) -> None:
        self.now = 100.0
        self.waited = 7.0
        self.share = 1.0
        self.counts = counts

    def pass_by(self, seconds: float, waiting: float) -> None:
        """Let time pass, of which some was spent by a process in waiting for a processor or a disk."""
        self.now += seconds
        self.waited += waiting

    def patience(self, seconds: float) -> Patience:
        return Patience(
            seconds,
            clock=lambda: self.now,
            waiting=lambda: self.waited if self.counts else None,
            share=lambda: self.share,
        )


def test_on_an_idle_machine_a_second_is_a_second() -> None:
    machine = Machine()
    patience = machine.patience(10)
    machine.pass_by(4, 0)
    assert patience.spent() == pytest.approx(4)
    assert patience.spent() == pytest.approx(4)
    machine.pass_by(5.5, 0)
    assert list(zip(range(3), patience.turns(), strict=False)) == [(0, 0.5), (1, 0.5), (2, 0.5)]
    machine.pass_by(0.6, 0)
    assert list(patience.turns()) == []


def test_what_others_took_does_not_count() -> None:
    machine = Machine()
    patience = machine.patience(10)
    machine.pass_by(10, 7.5)
    assert patience.spent() == pytest.approx(2.5)


@pytest.mark.parametrize("waiting", [10, 20, math.inf])
def test_every_wait_has_an_end(waiting: float) -> None:
    machine = Machine()
    patience = machine.patience(10)
    machine.pass_by(10, waiting)
    assert patience.spent() == pytest.approx(10 * LEAST)


def test_counts_that_go_back_are_no_time_won() -> None:
    machine = Machine()
    patience = machine.patience(10)
    machine.pass_by(2, -5)
    assert patience.spent() == pytest.approx(2)


def test_without_counts_the_load_is_the_measure() -> None:
    machine = Machine(counts=False)
    patience = machine.patience(10)
    machine.share = 0.25
    machine.pass_by(8, 0)
    assert patience.spent() == pytest.approx(2)
    machine.share = 3.0
    machine.pass_by(1, 0)
    assert patience.spent() == pytest.approx(3)
    machine.share = 0.0
    machine.pass_by(10, 0)
    assert patience.spent() == pytest.approx(4)


def test_the_kernel_tells_how_long_processes_waited(tmp_path: Path) -> None:
    for name, total in (("cpu", 1_500_000), ("io", 250_000)):
        text = f"some avg10=1.00 avg60=0.00 avg300=0.00 total={total}\nfull avg10=0.00 total=99\n"
        (tmp_path / name).write_text(text)
    assert waited_for(tmp_path) == 1.75
    (tmp_path / "io").unlink()
    assert waited_for(tmp_path) is None


def test_a_guest_that_reads_nothing_any_more_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.lab.channel.READS_SECONDS", 0.2)
    near, far = socket.socketpair()
    with far:
        channel = Channel(near)
        running = channel.run(("cat",), {}, "/")
        with pytest.raises(TimeoutError, match="read nothing"):
            running.give(b"x" * 20_000)
        channel.close()


def test_a_silent_command_is_waited_for_no_longer_than_it_may_be_silent() -> None:
    near, far = socket.socketpair()
    with far, contextlib.closing(Channel(near)) as channel:
        running = channel.run(("cat",), {}, "/")
        with pytest.raises(TimeoutError, match="no output"):
            next(running.outputs(0.1))
        with pytest.raises(TimeoutError, match="took longer than 0 seconds"):
            running.complete(0.1)
        with pytest.raises(TimeoutError, match="did not boot"):
            channel.wait_ready(0.1)
