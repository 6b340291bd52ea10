"""Since when a session is lost, by the logs where they can be read and by looking where not."""

from tui.storage.news.happening import Happening, Source
from tui.storage.news.outages import Outage, Outages


def error(when: float, sid: int = 1) -> Happening:
    return Happening(
        when, Source.KERNEL, f"connection{sid}:0: detected conn error (1022)", subject=f"sid:{sid}"
    )


def back(when: float) -> Happening:
    return Happening(
        when, Source.DAEMON, "connection1:0 is operational after recovery (1 attempts)", subject="sid:1"
    )


def test_the_kernel_s_line_tells_the_moment_and_repeated_lines_do_not_move_it() -> None:
    outages = Outages()
    outages.look(100.0, {1: "LOGGED_IN"})
    outages.take([error(100.4)])
    outages.look(101.0, {1: "FAILED"})
    outages.take([error(105.0)])
    outages.look(106.0, {1: "FAILED"})
    assert outages.outage(1) == Outage(100.4)


def test_without_the_log_the_look_counts() -> None:
    outages = Outages()
    outages.look(100.0, {1: "LOGGED_IN"})
    assert outages.outage(1) is None
    outages.look(101.0, {1: "FAILED"})
    assert outages.outage(1) == Outage(101.0)


def test_an_outage_from_before_the_program_is_known_by_the_log() -> None:
    outages = Outages()
    outages.look(500.0, {1: "FAILED"})
    assert outages.outage(1) == Outage(500.0, exact=False)
    outages.take([error(100.0), back(130.0), error(480.0), error(490.0)])
    assert outages.outage(1) == Outage(480.0)


def test_giving_up_belongs_to_this_outage() -> None:
    outages = Outages()
    line = Happening(
        150.0, Source.KERNEL, "session1: session recovery timed out after 8 secs", subject="sid:1"
    )
    outages.look(140.0, {1: "LOGGED_IN"})
    outages.take([error(141.0), line])
    outages.look(142.0, {1: "FAILED"})
    outages.look(151.0, {1: "FREE"})
    assert outages.outage(1) == Outage(141.0, gave_up=150.0)
    outages.look(200.0, {1: "LOGGED_IN"})
    assert outages.outage(1) is None
    outages.look(300.0, {1: "FAILED"})
    assert outages.outage(1) == Outage(300.0)


def test_a_session_that_is_gone_is_forgotten() -> None:
    outages = Outages()
    outages.look(1.0, {1: "FAILED"})
    outages.take([error(1.0)])
    outages.look(2.0, {})
    assert outages.outage(1) is None
    assert not outages._errors


def test_an_error_after_the_kernel_gave_up_begins_a_new_outage() -> None:
    outages = Outages()
    gave_up = Happening(
        150.0, Source.KERNEL, "session1: session recovery timed out after 8 secs", subject="sid:1"
    )
    outages.take([error(141.0), gave_up, error(400.0), error(405.0)])
    outages.look(410.0, {1: "FAILED"})
    assert outages.outage(1) == Outage(400.0)
