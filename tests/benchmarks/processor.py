"""Processor time: what a busy machine changes least, and what a battery and other guests pay."""

import resource
from collections.abc import Callable


def spent() -> float:
    """Seconds of processor time that this process and the children it waited for have taken so far."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def cost(work: Callable[[], object]) -> float:
    """Seconds of processor time that some work takes, with the children it waits for."""
    before = spent()
    work()
    return spent() - before
