"""What is offered when something went wrong at a step of the set-up."""

from tui.screens.trouble import AGAIN, remedies
from tui.setup.step import Step
from tui.storage.problem import Problem
from tui.words import translate as _
from widgets.notice import Offer

_AT_FAULT = (
    ("login.authorization", Step.CHAP),
    ("login.authentication", Step.CHAP),
    ("login.chap", Step.CHAP),
    ("discovery.authentication", Step.CHAP),
    ("discovery.authorization", Step.CHAP),
    ("chap.", Step.CHAP),
    ("name.", Step.NAME),
    ("initiator.", Step.NAME),
    ("daemon.", Step.NAME),
    ("discover", Step.DISCOVER),
    ("portal.", Step.DISCOVER),
    ("login.not-found", Step.DISCOVER),
    ("login.no-record", Step.TARGET),
    ("target.", Step.TARGET),
    ("log-in.", Step.LOG_IN),
    ("login.", Step.LOG_IN),
    ("session.", Step.LOG_IN),
    ("volumes.", Step.VOLUMES),
    ("device.", Step.VOLUMES),
    ("lvm.", Step.VOLUMES),
    ("mount.", Step.MOUNT),
    ("filesystem.", Step.MOUNT),
    ("fstab.", Step.BOOT),
    ("boot.", Step.BOOT),
)
"""Beginnings of problem codes, and the step whose answer is the likely cause."""


def step_at_fault(problem: Problem) -> Step | None:
    """Return the step whose answer most likely caused a problem, or None."""
    return next((step for beginning, step in _AT_FAULT if problem.code.startswith(beginning)), None)


def offers(problem: Problem, here: Step) -> tuple[Offer, ...]:
    """Return what can be done about a problem that came up at a step."""
    found = [*remedies(problem), Offer(AGAIN, _("Try again"))]
    fault = step_at_fault(problem)
    if fault is not None and fault is not here:
        found.append(Offer(fault, _("Go to {step}").format(step=fault.label)))
    return tuple(found)


_FIELDS_AT_FAULT = (
    ("login.", ("session.password", "session.kind")),
    ("discovery.", ("discovery.password", "discovery.kind")),
    ("chap.", ("session.password", "discovery.password", "session.kind")),
    ("portal.", ("address",)),
    ("name.", ("name",)),
)
"""Beginnings of problem codes, and the fields at fault on that page; the first in sight counts."""


def fields_at_fault(problem: Problem) -> tuple[str, ...]:
    """Return the fields whose value is the likely cause of a problem, the likeliest first."""
    own = (problem.field,) if problem.field else ()
    found = next((fields for start, fields in _FIELDS_AT_FAULT if problem.code.startswith(start)), ())
    return (*own, *found)
