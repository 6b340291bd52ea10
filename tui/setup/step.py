"""The steps of the set-up, in the order in which they are taken."""

from enum import StrEnum

from tui.words import translate as _


class Step(StrEnum):
    """One page of the way from a bare host to a mounted volume."""

    NAME = "name"
    CHAP = "chap"
    DISCOVER = "discover"
    TARGET = "target"
    LOG_IN = "log-in"
    VOLUMES = "volumes"
    MOUNT = "mount"
    BOOT = "boot"
    REVIEW = "review"
    """Everything that writes to a disk or to the boot configuration, as one plan, to be confirmed once."""
    RUN = "run"
    DONE = "done"

    @property
    def label(self) -> str:
        """A word or two for the rail."""
        return {
            Step.NAME: _("Name"),
            Step.CHAP: _("CHAP"),
            Step.DISCOVER: _("Discover"),
            Step.TARGET: _("Target"),
            Step.LOG_IN: _("Log in"),
            Step.VOLUMES: _("Volumes"),
            Step.MOUNT: _("Mount"),
            Step.BOOT: _("At boot"),
            Step.REVIEW: _("Review"),
            Step.RUN: _("Run"),
            Step.DONE: _("Done"),
        }[self]

    @property
    def question(self) -> str:
        """What the page asks, one short sentence."""
        return {
            Step.NAME: _("What is this host called in the storage network?"),
            Step.CHAP: _("Do the portal and the target require a CHAP secret?"),
            Step.DISCOVER: _("Which portal offers the storage?"),
            Step.TARGET: _("Which targets should this host use, and how?"),
            Step.LOG_IN: _("Log in, and see which disks appear."),
            Step.VOLUMES: _("Which volumes do you want?"),
            Step.MOUNT: _("Where should the volumes be mounted?"),
            Step.BOOT: _("Should the storage be available after a reboot?"),
            Step.REVIEW: _("This is what will be done. Is it right?"),
            Step.RUN: _("Setting up."),
            Step.DONE: _("The storage is ready."),
        }[self]

    @property
    def is_asked(self) -> bool:
        """Whether the page has an answer (the last three only show and run)."""
        return self in ASKED


ORDER: tuple[Step, ...] = tuple(Step)
"""All steps, first to last."""

ASKED: tuple[Step, ...] = ORDER[: ORDER.index(Step.REVIEW)]
"""The steps that have an answer."""

AT_ONCE: tuple[Step, ...] = ORDER[: ORDER.index(Step.VOLUMES)]
"""The steps that touch only configuration and the network; each runs when it is answered."""

GATHERED: tuple[Step, ...] = ORDER[ORDER.index(Step.VOLUMES) : ORDER.index(Step.REVIEW)]
"""The steps whose plans are reviewed as one and confirmed once."""


def following(step: Step) -> Step:
    """The step after one; the last is its own follower."""
    return ORDER[min(ORDER.index(step) + 1, len(ORDER) - 1)]


def preceding(step: Step) -> Step:
    """The step before one; the first is its own forerunner."""
    return ORDER[max(ORDER.index(step) - 1, 0)]
