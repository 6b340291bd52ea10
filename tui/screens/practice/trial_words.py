"""What the machine of `lab try` says of itself: its card, the line at the bottom, and how it is left."""

from collections.abc import Iterator

from tui.lab.san import Chap, San
from tui.lab.trial import Ending, portals_of, secrets_of
from tui.storage.size import size_words
from tui.words import enumerated, labelled, translate as _, translate_count
from widgets.help import HelpSection
from widgets.notice import Notice, Offer
from widgets.state import State


def title() -> str:
    """Return what the machine is called."""
    return _("Practice machine")


def strip_words(san: San) -> str:
    """Return in a few words where the array is and which secrets it asks for."""
    asked = san.discovery or next((target.chap for target in san.targets if target.chap), None)
    chap = _("with CHAP") if asked else _("no CHAP")
    return _("{portal}, {chap}").format(portal=portals_of(san)[0], chap=chap)


def card(san: San) -> tuple[HelpSection, ...]:
    """Return the card: what this machine is, what its array offers, and how to go on."""
    return (
        HelpSection(
            _("What this machine is"),
            _(
                "A machine with Debian and an array of its own, started for you. What you do here changes "
                "nothing on your host."
            ),
        ),
        HelpSection(_("Its storage array"), "\n".join(_array(san))),
        HelpSection(
            _("How to go on"),
            _(
                "The set-up asks for the portal in step 3: type {address}. Enter goes on, F1 explains each "
                "step. After the last step the console of this machine opens. F6 shows this again, F7 opens "
                "a shell on this machine."
            ).format(address=portals_of(san)[0].rpartition(":")[0].strip("[]")),
        ),
    )


def _array(san: San) -> Iterator[str]:
    for portal in portals_of(san):
        address, _colon, port = portal.rpartition(":")
        yield _("Portal {address}, port {port}").format(address=address.strip("[]"), port=port)
    yield _chap(_("CHAP for discovery"), san.discovery)
    for target in san.targets:
        sizes = enumerated(size_words(lun.size) for lun in target.luns)
        luns = translate_count("{count} LUN ({sizes})", "{count} LUNs ({sizes})", len(target.luns))
        yield _("Target {name}: {luns}").format(
            name=target.name, luns=luns.format(count=len(target.luns), sizes=sizes)
        )
        yield _chap(_("CHAP for its sessions"), target.chap)


def _chap(what: str, chap: Chap | None) -> str:
    pairs = [
        _("user {user}, secret {secret}").format(user=user, secret=key) for user, key in secrets_of(chap)
    ]
    return labelled(what, "; ".join(pairs) or _("none"))


def leave_question() -> Notice:
    """Ask whether the machine is kept."""
    return Notice(
        _("Keep this machine?"),
        happened=_("It can be kept with everything on it; the same command then comes back to it."),
        next_step=_("Nothing on your host was changed."),
        offers=(Offer(Ending.KEEP.name, _("Keep")), Offer(Ending.DISCARD.name, _("Discard"))),
        close=_("Stay"),
        state=State.HERE,
    )
