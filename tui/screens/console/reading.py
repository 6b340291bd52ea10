"""The part of the console that reads: the whole host, a glance when something changed, and the news."""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace
from textual import events, on, work
from textual.message import Message
from textual.screen import ModalScreen
from textual.worker import Worker, WorkerState

from tui.screens.access import Access
from tui.screens.changed import HostChanged
from tui.screens.console.acting import ActingScreen
from tui.screens.follower import Follower
from tui.screens.pace import one_more
from tui.storage.host.command_log import CommandLogHost
from tui.storage.model.inventory import Inventory
from tui.storage.model.topic import Topic
from tui.storage.stacks.stack import Stack, stacks

if TYPE_CHECKING:
    # What reads and what watches is not needed for the first picture: another process has read (Prefetch).
    from tui.storage.news.desk import NewsDesk
    from tui.storage.probe.memory import Memory
    from tui.storage.watching.activity import Rates
    from tui.storage.watching.prefetch import Prefetch
    from tui.storage.watching.processes import IscsiProcess


class LiveSource(Protocol):
    """The watch over a running host (`tui.storage.watching.live.Live`)."""

    @property
    def desk(self) -> "NewsDesk":
        """What happened."""

    @property
    def processes(self) -> "tuple[IscsiProcess, ...]":
        """The processes and threads that carry iSCSI."""

    def start(self) -> None:
        """Begin to watch."""

    def stop(self) -> None:
        """End it."""

    def rates(self, disks: Iterable[str]) -> "tuple[Rates, ...]":
        """What went through some disks, oldest first."""


OpenLive = Callable[
    [CommandLogHost, Callable[[frozenset[Topic]], None], Callable[[], None], float], LiveSource
]
"""Opens the watch over a host, from the host, two callbacks (topics changed, there is news), and when the
reading began of what is shown so far, in seconds since the epoch."""


def open_live(
    host: CommandLogHost,
    changed: Callable[[frozenset[Topic]], None],
    news: Callable[[], None],
    since: float,
) -> LiveSource:
    """Watch this machine."""
    from tui.storage.watching.live import Live

    return Live(host, changed, news, since)


@dataclass
class HostRead(Message):
    """The host was read: all of it, or by a glance on top of an inventory."""

    inventory: Inventory
    found: tuple[Stack, ...]
    upon: Inventory | None = None
    beyond: int = 0
    """Stands for what a glance does not tell, of a whole reading."""


@dataclass
class NewsCame(Message):
    """Something happened."""

    def can_replace(self, message: Message) -> bool:
        """Let many count as one."""
        return isinstance(message, NewsCame)


class ReadingScreen(ActingScreen):
    """A screen over one host that knows how it is.

    A change is seen in two steps: a glance at the kernel's files at once, and the whole inventory, which has
    to ask LVM, when it is there. What changed while the whole was being read is glanced at again on top of
    it, so the picture never goes back. On a host that goes on changing the whole is read less and less often
    (`Pace`). While another screen covers this one nothing is read: LVM's locks and the host's time belong to
    what that screen does; it is told.

    Args:
        host: the host.
        access: what may be done on it, and why not more.
        on_set_up: called when the person wants to set storage up.
        live: opens the watch over the host; None for one that does not change.
        head_start: a reading of the whole host that began earlier; the first picture is made of it.
    """

    def __init__(
        self,
        host: CommandLogHost,
        access: Access,
        on_set_up: Callable[[], None],
        live: OpenLive | None,
        head_start: "Prefetch | None" = None,
    ) -> None:
        super().__init__(host, access, on_set_up)
        self._open_live = live
        self._head_start = head_start
        self._live: LiveSource | None = None
        self._follower = Follower(
            self._read, self._begin_to_glance, self.set_timer, may_read=lambda: self.is_seen
        )
        self._read_at = 0.0
        self._changes = 0
        self._missed: HostChanged | None = None
        self._memory: Memory | None = None

    @abstractmethod
    def show_inventory(self, inventory: Inventory, found: tuple[Stack, ...]) -> None:
        """Show the host as it is now, and its stacks."""

    @abstractmethod
    def show_live(self) -> None:
        """Show what is known only of a host that is watched; called when the watch has begun."""

    @abstractmethod
    def show_news(self) -> None:
        """Show what happened."""

    @abstractmethod
    def check_again(self) -> None:
        """Have the host checked although nothing changed: somebody asks."""

    @abstractmethod
    def check_if_due(self) -> None:
        """Have the host checked as `doctor` does, in the background, where it is time for that."""

    @abstractmethod
    def show_mistake(self, error: BaseException | None) -> None:
        """Say that reading failed, which is a bug in the program."""

    def on_unmount(self) -> None:
        """End the watch."""
        if self._live is not None:
            self._live.stop()

    def acted(self) -> None:
        """Read the host again after something was done."""
        self._memory = None
        self.post_message(HostChanged())

    def _on_change(self, topics: frozenset[Topic]) -> None:
        self._changes += 1
        self.post_message(HostChanged(bool(topics), topics))

    def _on_news(self) -> None:
        self.post_message(NewsCame())

    @property
    def is_seen(self) -> bool:
        """Whether nothing but a box lies over this screen."""
        screens = self.app.screen_stack
        above = screens[screens.index(self) + 1 :] if self in screens else screens
        return all(isinstance(screen, ModalScreen) for screen in above)

    @on(events.ScreenResume)
    def _make_up(self) -> None:
        """Read what changed while this screen was covered."""
        if self._missed is not None:
            self.post_message(self._missed)
        self._follower.go_on()
        self.check_if_due()

    @on(HostChanged)
    def _read_what_changed(self, event: HostChanged) -> None:
        if not self.is_seen:
            self._missed = event.and_before(self._missed)
            self._pass_on(event)
            return
        self._missed = None
        if self._inventory is not None:
            self._follower.glance()
        if event.by_itself:
            self._follower.changed(event.topics)
        elif event.whole:
            self._follower.ask()

    def _pass_on(self, event: HostChanged) -> None:
        """Tell the screen in front, which may show the host too and decides itself whether to read."""
        front = next(
            screen for screen in reversed(self.app.screen_stack) if not isinstance(screen, ModalScreen)
        )
        front.post_message(HostChanged(event.whole, event.topics))

    def begin_to_read(self) -> None:
        """Show what was seen before there was a screen; else read the host."""
        if self._head_start is not None and self._head_start.ready:
            taken = self._begun()
            if taken is not None:
                self._show_read(HostRead(taken, stacks(taken)))
                return
        self._follower.ask()

    def _begun(self) -> Inventory | None:
        """Return what the look that began earlier has seen, once it has; None when there is none."""
        begun, self._head_start = self._head_start, None
        seen = begun.taken() if begun is not None else None
        if seen is None:
            return None
        self._host.adopt(seen[1])
        return seen[0]

    def action_read_again(self) -> None:
        """Read the host; once more afterwards when it is being read already."""
        self.check_again()
        self._memory = None
        followed = self._follower.followed
        if not self._follower.ask() and not followed:
            self.notify(one_more(), markup=False)

    @property
    def lags(self) -> bool:
        """Whether the host goes on changing, and is read whole less often for that."""
        return self._follower.lags

    @property
    def read_at(self) -> float:
        """When the last whole reading began, in seconds since the epoch."""
        return self._read_at

    def _begin_to_glance(self) -> None:
        if self._inventory is not None:
            self._glance(self._inventory)

    def _remembered(self) -> "Memory":
        """What earlier looks know, since somebody last asked for everything to be read."""
        from tui.storage.probe.memory import Memory

        memory = self._memory
        if memory is None:
            memory = self._memory = Memory()
        return memory

    @work(thread=True, group="inventory", exit_on_error=False)
    def _read(self) -> None:
        from tui.storage.probe.glance import beyond_a_glance, glance
        from tui.storage.probe.inventory import take_inventory

        changes, memory = self._changes, self._remembered()
        taken = self._begun() or take_inventory(self._host, memory)
        beyond = beyond_a_glance(taken)
        if self._changes != changes:
            taken = replace(glance(self._host, taken, memory), taken_at=taken.taken_at)
        self.post_message(HostRead(taken, stacks(taken), beyond=beyond))

    @work(thread=True, group="glance", exit_on_error=False)
    def _glance(self, upon: Inventory) -> None:
        from tui.storage.probe.glance import glance

        seen = glance(self._host, upon, self._remembered())
        self.post_message(HostRead(seen, () if seen == upon else stacks(seen), upon))

    @on(Worker.StateChanged)
    def _failed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR and event.worker.group in {"inventory", "glance"}:
            self.show_mistake(event.worker.error)
            if event.worker.group == "glance":
                self._follower.was_glanced()
            else:
                self._follower.was_read(None)

    @on(HostRead)
    def _take(self, event: HostRead) -> None:
        # A whole reading may have come between: what was seen is put on top of that one.
        late = event.upon is not None and event.upon is not self._inventory
        if not late:
            self._show_read(event)
        if late:
            self._follower.glance()
        if event.upon is None:
            self._follower.was_read(event.beyond)
        else:
            self._follower.was_glanced()

    def _show_read(self, event: HostRead) -> None:
        first = self._inventory is None
        if event.upon is None:
            self._read_at = event.inventory.taken_at
        if event.inventory != self._inventory:
            self._inventory = event.inventory
            self.show_inventory(event.inventory, event.found)
        if first:
            # By the app: it comes to its messages when the screen it began with is there to be drawn.
            self.app.call_after_refresh(self._begin_the_rest)

    def _begin_the_rest(self) -> None:
        """Begin what the first picture need not wait for."""
        if not self.is_attached:
            return
        self._begin_to_watch()
        self.show_live()
        self.get_ready()
        self.check_if_due()
        self.look_for_interrupted()

    def _begin_to_watch(self) -> None:
        if self._open_live is not None and self._live is None and self._inventory is not None:
            since = self._inventory.taken_at
            self._live = self._open_live(self._host, self._on_change, self._on_news, since)
            self._live.start()

    @on(NewsCame)
    def _news_came(self) -> None:
        self.show_news()
