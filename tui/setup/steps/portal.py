"""Portals as a person types them: host name, IPv4 or IPv6 address, and port."""

import ipaddress
import re

from tui.storage.model.iscsi import Portal
from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _

DEFAULT_PORT = "3260"
"""The port IANA gave to iSCSI targets."""

ISNS_PORT = "3205"
"""The port IANA gave to iSNS (RFC 4171)."""

_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_LONGEST_HOST_NAME = 253


def split(address: str, port: str) -> tuple[str, str]:
    """Address without brackets and blanks, and the port that was typed behind it (`[2001:db8::1]:3260`)."""
    text = address.strip()
    bracketed = re.fullmatch(r"\[([^\]]*)\](?::(\d{1,18}))?", text)
    if bracketed:
        return bracketed[1], bracketed[2] or port.strip()
    behind = re.fullmatch(r"([^:]*):(\d{1,18})", text)
    if behind:
        return behind[1], behind[2]
    return text, port.strip()


def portal(address: str, port: str) -> Portal:
    """The portal; only to be asked for when there are no problems."""
    host, number = split(address, port)
    return Portal(host, int(number))


def problems(address: str, port: str) -> tuple[Problem, ...]:
    """What is wrong with an address and a port, in the fields `address` and `port`."""
    host, number = split(address, port)
    return (*_address_problems(host), *_port_problems(number))


def _address_problems(host: str) -> tuple[Problem, ...]:
    def problem(code: str, summary: str, remedy: str, cause: str = "") -> tuple[Problem, ...]:
        return (Problem(f"portal.{code}", summary, cause, remedy, "address"),)

    if not host:
        return problem(
            "empty",
            _("The address is empty."),
            _("Type the address or the host name of the portal, as the storage administrator gave it."),
        )
    if "%" in host or (":" in host and host.lower().startswith("fe80:")):
        return problem(
            "link-local",
            _("{address} is a link-local address.").format(address=clean(host)),
            _("Type a routable IPv6 address of the portal."),
            _("iSCSI records cannot name the network interface that such an address needs."),
        )
    if ":" in host or re.fullmatch(r"[0-9.]+", host):
        return () if _is_address(host) else problem("address", *_not_an_address(host))
    labels = host.rstrip(".").split(".")
    if len(host) > _LONGEST_HOST_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        return problem(
            "host-name",
            _("{address} is neither an address nor a host name.").format(address=clean(host)),
            _("A host name has letters, digits, hyphens and dots, such as san.example.com."),
        )
    return ()


def _is_address(host: str) -> bool:
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return False
    return not found.is_unspecified and not found.is_multicast


def _not_an_address(host: str) -> tuple[str, str]:
    if ":" in host:
        return (
            _("{address} is not an IPv6 address.").format(address=clean(host)),
            _("Write it as 2001:db8::10, the port in its own field."),
        )
    return (
        _("{address} is not an IPv4 address.").format(address=clean(host)),
        _("Write four numbers from 0 to 255 separated by dots, such as 192.0.2.10."),
    )


def _port_problems(number: str) -> tuple[Problem, ...]:
    if re.fullmatch(r"[0-9]{1,5}", number) and 1 <= int(number) <= 65535:
        return ()
    return (
        Problem(
            "portal.port",
            _("{port} is not a port.").format(port=clean(number) or _("Nothing")),
            remedy=_("Write a number from 1 to 65535; iSCSI usually has {port}.").format(port=DEFAULT_PORT),
            field="port",
        ),
    )
