"""The part of the console that reads: the whole host, a glance when something changed, and the news."""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from textual import events, on, work
from textual.message import Message
from textual.screen import ModalScreen
from textual.worker import Worker, WorkerState

from tui.screens.access import Access
from tui.screens.changed import HostChanged
from tui.screens.console.acting import ActingScreen
from tui.storage.host.command_log import CommandLogHost
from tui.storage.model.inventory import Inventory
from tui.storage.model.topic import Topic
from tui.storage.stacks.stack import Stack, stacks

if TYPE_CHECKING:
    # What reads and what watches is not needed for the first picture: another process has read (Prefetch).
    from tui.storage.news.desk import NewsDesk
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
    it, so the picture never goes back. While another screen covers this one nothing is read: LVM's locks and
    the host's time belong to what that screen does; it is notified.

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
        self._reading = self._stale = False
        self._glancing = self._glance_again = False
        self._changes = 0
        self._missed: HostChanged | None = None

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
    def show_mistake(self, error: BaseException | None) -> None:
        """Say that reading failed, which is a bug in the program."""

    def on_unmount(self) -> None:
        """End the watch."""
        if self._live is not None:
            self._live.stop()

    def acted(self) -> None:
        """Read the host again after something was done."""
        self.post_message(HostChanged())

    def _on_change(self, topics: frozenset[Topic]) -> None:
        self._changes += 1
        self.post_message(HostChanged(whole=bool(topics)))

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

    @on(HostChanged)
    def _read_what_changed(self, event: HostChanged) -> None:
        if not self.is_seen:
            whole = event.whole or (self._missed is not None and self._missed.whole)
            self._missed = HostChanged(whole)
            self._pass_on(event.whole)
            return
        self._missed = None
        if self._inventory is not None:
            self._glance_soon()
        if event.whole:
            self.action_read_again()

    def _pass_on(self, whole: bool) -> None:
        """Tell the screen in front, which may show the host too and decides itself whether to read."""
        front = next(
            screen for screen in reversed(self.app.screen_stack) if not isinstance(screen, ModalScreen)
        )
        front.post_message(HostChanged(whole))

    def begin_to_read(self) -> None:
        """Show what was seen before there was a screen; else read the host."""
        if self._head_start is not None and self._head_start.ready:
            taken = self._begun()
            if taken is not None:
                self._take(HostRead(taken, stacks(taken)))
                return
        self.action_read_again()

    def _begun(self) -> Inventory | None:
        """Return what the look that began earlier has seen, once it has; None when there is none."""
        begun, self._head_start = self._head_start, None
        seen = begun.taken() if begun is not None else None
        if seen is None:
            return None
        self._host.adopt(seen[1])
        return seen[0]

    def action_read_again(self) -> None:
        """Read the host; once more afterwards when it changed meanwhile."""
        if self._reading:
            self._stale = True
            return
        self._reading, self._stale = True, False
        self._read()

    def _glance_soon(self) -> None:
        if self._glancing:
            self._glance_again = True
        elif self._inventory is not None:
            self._glancing, self._glance_again = True, False
            self._glance(self._inventory)

    @work(thread=True, group="inventory", exit_on_error=False)
    def _read(self) -> None:
        from tui.storage.probe.glance import glance
        from tui.storage.probe.inventory import take_inventory

        changes = self._changes
        taken = self._begun() or take_inventory(self._host)
        if self._changes != changes:
            taken = glance(self._host, taken)
        self.post_message(HostRead(taken, stacks(taken)))

    @work(thread=True, group="glance", exit_on_error=False)
    def _glance(self, upon: Inventory) -> None:
        from tui.storage.probe.glance import glance

        seen = glance(self._host, upon)
        self.post_message(HostRead(seen, () if seen == upon else stacks(seen), upon))

    @on(Worker.StateChanged)
    def _failed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR and event.worker.group in {"inventory", "glance"}:
            self._reading = self._glancing = False
            self.show_mistake(event.worker.error)

    @on(HostRead)
    def _take(self, event: HostRead) -> None:
        first = self._inventory is None
        if event.upon is None:
            self._reading = False
        else:
            self._glancing = False
            if event.upon is not self._inventory:
                # A whole reading came between: what was seen is put on top of that one.
                self._glance_again = True
        fresh = event.upon is None or event.upon is self._inventory
        if fresh and event.inventory != self._inventory:
            self._inventory = event.inventory
            self.show_inventory(event.inventory, event.found)
        if first:
            # By the app: it comes to its messages when the screen it began with is there to be drawn.
            self.app.call_after_refresh(self._begin_the_rest)
        if self._stale and not self._reading:
            self.action_read_again()
        if self._glance_again and not self._glancing:
            self._glance_soon()

    def _begin_the_rest(self) -> None:
        """Begin what the first picture need not wait for."""
        if not self.is_attached:
            return
        self._begin_to_watch()
        self.show_live()
        self.get_ready()
        self.look_for_interrupted()

    def _begin_to_watch(self) -> None:
        if self._open_live is not None and self._live is None and self._inventory is not None:
            since = self._inventory.taken_at
            self._live = self._open_live(self._host, self._on_change, self._on_news, since)
            self._live.start()

    @on(NewsCame)
    def _news_came(self) -> None:
        self.show_news()
