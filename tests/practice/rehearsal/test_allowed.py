import inspect
import typing

import pytest
from msgspec import Struct

from tui.practice.rehearsal import allowed, description
from tui.practice.rehearsal.allowed import Checked, NotAllowed, Rule
from tui.practice.rehearsal.description import (
    Description,
    Disk,
    Feature,
    Place,
    PlaceKind,
    Portal,
    Setting,
)

WWID = "naa.60014050123456789abcdef012345678"


def fields() -> list[tuple[str, object]]:
    kinds = [
        kind for kind in vars(description).values() if inspect.isclass(kind) and issubclass(kind, Checked)
    ]
    return [
        (f"{kind.__name__}.{name}", hint)
        for kind in kinds
        for name, hint in typing.get_type_hints(kind, include_extras=True).items()
    ]


def ruled(hint: object) -> bool:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return any(isinstance(rule, Rule) for rule in arguments[1:])
    if arguments:
        return all(ruled(one) for one in arguments if one is not Ellipsis)
    return hint not in (str, int, float, bytes)


@pytest.mark.parametrize(("name", "hint"), fields())
def test_every_field_has_a_rule(name: str, hint: object) -> None:
    assert ruled(hint), name


@pytest.mark.parametrize(
    "make",
    [
        lambda: Place(PlaceKind.VOLUME, "-x"),
        lambda: Place(PlaceKind.DISK, WWID, 200),
        lambda: Portal("127.0.0.1"),
        lambda: Portal("0.0.0.0"),
        lambda: Portal("192.0.2.1", 0),
        lambda: Portal("192.0.2.1; reboot"),
        lambda: Disk("naa.6;", 2**30),
        lambda: Disk(WWID, 2**60),
        lambda: Disk(WWID, 2**30, sector=520),
        lambda: Disk(WWID, 2**30, vendor="a\nb"),
        lambda: Setting("status", ('VISIBLE"', "READ")),
        lambda: Setting("status", ("READ",) * 2000),
        lambda: Feature("Inode size", "256\n"),
        lambda: Description("-host"),
        lambda: Description("h", disks=tuple(Disk(f"naa.6{number:031x}", 2**46) for number in range(5))),
        lambda: Description("h", disks=tuple(Disk(f"naa.6{number:031x}", 2**30) for number in range(300))),
    ],
)
def test_what_breaks_a_rule_is_never_made(make: typing.Callable[[], Struct]) -> None:
    with pytest.raises(NotAllowed):
        make()


RULES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "MountPoint": (
        ("/srv/data", "/home", "/var/lib/mysql", "/srv/Größe 1"),
        (
            "/",
            "/etc",
            "/etc/x",
            "/usr/local",
            "/var",
            "/a/../etc",
            "/a//b",
            "srv",
            "/a\nb",
            "/a;b",
            "/boot/efi",
        ),
    ),
    "LvmName": (("vg0", "data-1", "a.b+c"), ("", ".", "..", "-a", "a b", "a/b", "a" * 128)),
    "IscsiName": (
        ("iqn.2003-01.org.example:disk_1", "eui.0123456789abcdef", "naa.6001405000000000"),
        ("", "iqn.2003-01.org/x", "iqn.2003-01.a b", "iqn.2003-01.a\x1b", "disk", "iqn.2003-01." + "x" * 300),
    ),
    "Option": (
        ("_netdev", "x-systemd.device-timeout=60", "uid=1000"),
        ("-o", "a,b", "a b", "$(x)", ""),
    ),
    "UnitName": (
        ("", "app@1.service", "srv-data.mount"),
        ("app", "../x.service", "a b.service", "-x.service"),
    ),
    "Label": (("", "data", "Größe"), ("-data", "a/b", 'a"b', "a\nb", "$(x)")),
    "CommandName": (("postgres", "java"), ("", "a b", "a;b", "../x")),
    "Prefixed": (("192.0.2.2/24", "2001:db8::2/64"), ("192.0.2.2", "192.0.2.2/99", "192.0.2.2/", "x/24")),
}


@pytest.mark.parametrize("name", RULES)
def test_what_a_rule_takes_and_refuses(name: str) -> None:
    (rule,) = [rule for rule in typing.get_args(getattr(allowed, name)) if isinstance(rule, Rule)]
    taken, refused = RULES[name]
    assert [value for value in taken if not rule.holds(value)] == []
    assert [value for value in refused if rule.holds(value)] == []


def test_a_wwid_that_no_lio_target_can_have_gets_one_that_is_always_the_same() -> None:
    disk = Disk("eui.0123456789abcdef", 2**30)
    assert not disk.can_be_same
    assert disk.made_wwid == Disk("eui.0123456789abcdef", 2**31).made_wwid != Disk(WWID, 2**30).made_wwid
    assert Disk(disk.made_wwid, 2**30).can_be_same
    assert Disk(WWID, 2**30).made_wwid == WWID
