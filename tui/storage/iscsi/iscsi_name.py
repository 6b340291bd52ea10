"""iSCSI names: what is wrong with one, in a sentence per mistake (RFC 7143 4.2.7, RFC 3722, RFC 3980)."""

import re
import string
import unicodedata
from collections.abc import Callable, Iterator

from tui.storage.problem import Problem
from tui.storage.untrusted import clean
from tui.words import translate as _, translate_count

LONGEST = 223
"""Bytes an iSCSI name may have (RFC 7143 4.2.7.1)."""

_ALLOWED = frozenset(string.ascii_lowercase + string.digits + "-.:")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})(?=[.:]|$)")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_ASSIGNMENT = re.compile(r"\s*initiatorname\s*=\s*", re.IGNORECASE)
_TOP_LEVEL = frozenset({"com", "org", "net", "edu", "gov", "mil", "io", "dev", "info", "local", "lan"})
_PLACEHOLDERS = re.compile(
    r"template|golden|clone|change-?me|place-?holder|localhost|your-?(?:host|name)|x{4,}|0{8,}|deadbeef"
)


def normalise(text: str) -> str:
    """The name as it is compared: NFKC, small letters, no blanks around it, no pasted `InitiatorName=`."""
    bare = unicodedata.normalize("NFKC", _ASSIGNMENT.sub("", text, count=1)).strip().strip("\"'").strip()
    return unicodedata.normalize("NFKC", bare.lower())


def name_problems(
    text: str, *, for_target: bool = False, field: str = "name"
) -> tuple[str, tuple[Problem, ...]]:
    """What is wrong with a name that a person typed.

    Args:
        text: as typed.
        for_target: the name of somebody else's target. It must be typed exactly as the storage spells it, so
            capital letters and underscores, which some arrays use against the rules, are only warned about
            (`name_warnings`) and are kept.
        field: the name of the answer, for `Problem.field`.

    Returns:
        The form to use, and one `Problem` per mistake; no problem means that the text can be used as it is.
    """
    better = _as_target(text) if for_target else normalise(text)
    found: list[Problem] = []

    def add(code: str, summary: str, remedy: str = "", cause: str = "") -> None:
        found.append(Problem(f"name.{code}", summary, cause, remedy, field))

    if not text.strip():
        add(
            "empty",
            _("The name is empty."),
            _("Type one such as {example}, or generate one.").format(example="iqn.1993-08.org.debian:01:db7"),
        )
        return better, tuple(found)
    _look_at_the_surface(text, better, add, for_target=for_target)
    _look_at_the_characters(better, add, for_target=for_target)
    if len(better.encode(errors="surrogatepass")) > LONGEST:
        add(
            "too-long",
            _("The name has {length} bytes; {most} are allowed.").format(
                length=len(better.encode(errors="surrogatepass")), most=LONGEST
            ),
            _("Shorten the part after the colon."),
        )
    if not any(problem.code in {"name.comment", "name.blank-inside"} for problem in found):
        _look_at_the_structure(better.lower(), add, for_target=for_target)
    return better, tuple(found)


_MALFORMED = frozenset(
    f"name.{code}"
    for code in (
        *("empty", "comment", "blank-inside", "quotes", "character", "too-long"),
        *("prefix", "date-missing", "domain-missing"),
    )
)
"""Mistakes for which a name cannot be meant as it stands."""


def malformed_name(name: str, field: str = "name") -> tuple[Problem, ...]:
    """What makes a name that is there unusable: as lenient as iscsid and targets are.

    RFC 3720 3.2.6 wants small letters and no underscore, and a date in the past; iscsid sends what the file
    says, and targets compare bytes. So only that is refused here which cannot be a name: a comment or a quote
    that became part of it, a blank inside, a character that no name has, no known prefix, too many bytes.
    """
    # Blanks around it are none of its own: iscsid strips them.
    found = name_problems(name.strip(), for_target=True, field=field)[1]
    return tuple(problem for problem in found if problem.code in _MALFORMED)


def odd_name(name: str, field: str = "name") -> tuple[Problem, ...]:
    """What is against the rules in a name that is there, and works with most storage."""
    found = name_problems(name.strip(), field=field)[1]
    return tuple(problem for problem in found if problem.code not in _MALFORMED)


def plain_reading(name: str) -> str:
    """The name that a malformed one was probably meant as, without its comment and quotes; or empty."""
    bare = name.partition("#")[0].strip().strip("\"'").strip()
    return bare if bare != name and not malformed_name(bare) else ""


def name_warnings(text: str, *, for_target: bool = False, field: str = "name") -> tuple[Problem, ...]:
    """What is allowed and still likely to be a mistake."""
    found: list[Problem] = []
    name = text.strip()
    if for_target and "_" in name:
        found.append(
            Problem(
                "name.underscore",
                _("The target's name has an underscore, which iSCSI names must not contain."),
                _("Some arrays use it anyway."),
                _("Keep it if that is the exact name on the storage."),
                field,
            )
        )
    if for_target and name != name.lower():
        found.append(
            Problem(
                "name.capitals",
                _("The target's name has uppercase letters, which iSCSI names must not contain."),
                _("Some arrays use them and compare names case-sensitively."),
                _("Type the name exactly as the storage shows it."),
                field,
            )
        )
    labels = _domain_of(name.lower())
    if len(labels) > 1 and labels[-1] in _TOP_LEVEL and labels[0] not in _TOP_LEVEL:
        found.append(
            Problem(
                "name.domain-order",
                _("The domain does not seem to be reversed: {domain}.").format(
                    domain=clean(".".join(labels))
                ),
                _("In an iSCSI name the domain is reversed, with the country or com first."),
                _("Write {domain} if that is what is meant.").format(
                    domain=clean(".".join(reversed(labels)))
                ),
                field,
            )
        )
    return tuple(found)


def looks_cloned(
    name: str, *, written: float | None = None, machine_made: float | None = None, field: str = "name"
) -> Problem | None:
    """A hint that the name was copied with the machine: two hosts of one name steal each other's session.

    Args:
        name: the initiator name.
        written: when the name's file was written, seconds since the epoch, where known.
        machine_made: when /etc/machine-id was written, which clones get afresh at their first start.
        field: the name of the answer, for `Problem.field`.
    """
    remedy = _("Give this host its own name, and report it to the storage administrator.")
    unique = name.lower().rpartition(":")[2]
    if _PLACEHOLDERS.search(unique) or (name and not unique):
        return Problem(
            "name.placeholder",
            _("The name looks like one from a template: {name}.").format(name=clean(name)),
            _("Every machine made from that template has it, and the storage cannot tell them apart."),
            remedy,
            field,
        )
    if written is not None and machine_made is not None and written + _SAME_INSTALLATION < machine_made:
        return Problem(
            "name.older-than-machine",
            _("The name is older than this machine's own identity (/etc/machine-id)."),
            _("The machine was probably cloned, and the original has the same iSCSI name."),
            remedy,
            field,
        )
    return None


_SAME_INSTALLATION = 86_400.0
"""Seconds within which the name and the machine's identity count as made by one installation."""


def is_usable_target(name: str) -> bool:
    """Whether a name from the network can be handed to tools and used in a path of the record database.

    Arrays bend the rules, so capital letters and underscores pass; what could be taken for an option, a
    second argument, another path or a control sequence does not.
    """
    return (
        0 < len(name) <= LONGEST
        and name.isascii()
        and name[:1].isalpha()
        and all(character.isalnum() or character in "-.:_" for character in name)
    )


def _as_target(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().strip("\"'").strip()


def _look_at_the_surface(text: str, better: str, add: Callable[..., None], *, for_target: bool) -> None:
    write_so = _("Write it as {name}.").format(name=clean(better))
    if text != text.lstrip():
        add(
            "leading-blank",
            _("There is a space before the name."),
            write_so,
            _("Some distributions refuse to start iscsid with it."),
        )
    if text != text.rstrip():
        add("trailing-blank", _("There is a space after the name."), write_so)
    if _ASSIGNMENT.match(text):
        add("assignment", _("Only the name itself belongs here, without InitiatorName= before it."), write_so)
    if text.strip()[:1] in {'"', "'"} or text.strip()[-1:] in {'"', "'"}:
        add("quotes", _("The name is in quotation marks, which would become part of it."), write_so)
    if not for_target and any(character.isupper() for character in text if character.isalpha()):
        letters = _ASSIGNMENT.sub("", text, count=1)
        if any(character.isupper() for character in letters):
            add(
                "capitals",
                _("The name has uppercase letters; iSCSI names are lowercase."),
                write_so,
                _("Storage that compares case-sensitively would not recognize this host."),
            )


def _look_at_the_characters(name: str, add: Callable[..., None], *, for_target: bool) -> None:
    if "#" in name:
        add(
            "comment",
            _("There is a # in the name. The text after it would become part of the name."),
            _("Remove the comment, or put it on its own line in the file."),
            _("iscsid does not support comments after a name."),
        )
        return
    if any(character.isspace() for character in name):
        add("blank-inside", _("There is a space within the name."), _("Remove it or write a hyphen."))
    if "_" in name and not for_target:
        add(
            "underscore",
            _("There is an underscore in the name, which iSCSI names must not contain."),
            _("Write a hyphen instead: {name}.").format(name=clean(name.replace("_", "-"))),
        )
    strangers = [
        character
        for character in dict.fromkeys(name.lower() if for_target else name)
        if character not in _ALLOWED and character != "_" and not character.isspace()
    ]
    if strangers:
        add(
            "character",
            translate_count(
                "This character is not allowed in a name: {characters}.",
                "These characters are not allowed in a name: {characters}.",
                len(strangers),
            ).format(characters=" ".join(clean(character) for character in strangers[:8])),
            _("Use the letters a to z, digits, hyphens, dots and colons."),
        )


def _look_at_the_structure(name: str, add: Callable[..., None], *, for_target: bool) -> None:
    form, dot, rest = name.partition(".")
    if form == "iqn" and dot:
        _look_at_iqn(rest, add, for_target=for_target)
    elif form == "eui" and dot:
        _look_at_hex(rest, add, "eui", (16,))
    elif form == "naa" and dot:
        _look_at_hex(rest, add, "naa", (16, 32))
    else:
        add(
            "prefix",
            _("The name does not begin with iqn., eui. or naa.: {start}.").format(start=clean(name[:12])),
            _("Begin it with iqn., a year and a month, as in {example}.").format(
                example="iqn.2024-05.com.example:db7"
            ),
        )


def _look_at_hex(digits: str, add: Callable[..., None], form: str, lengths: tuple[int, ...]) -> None:
    allowed = _(" or ").join(str(length) for length in lengths)
    if not re.fullmatch(r"[0-9a-f]*", digits):
        add(
            f"{form}-digits",
            _("After {form}. only the hexadecimal digits 0 to 9 and a to f are allowed.").format(form=form),
        )
    elif len(digits) not in lengths:
        add(
            f"{form}-length",
            _("After {form}. there are {count} digits; it must be {allowed}.").format(
                form=form, count=len(digits), allowed=allowed
            ),
        )


def _look_at_iqn(rest: str, add: Callable[..., None], *, for_target: bool) -> None:
    date = _DATE.match(rest)
    if date is None:
        _say_what_ails_the_date(rest, add)
        return
    if not 1 <= int(date[2]) <= 12:
        add(
            "month",
            _("There is no month {month}.").format(month=date[2]),
            _("Write 01 to 12: a month in which the organization owned its domain."),
        )
    tail = rest[date.end() :]
    if not tail.startswith(".") or tail[1:2] in {"", ":"}:
        add(
            "domain-missing",
            _("The organization's domain is missing after the year and month."),
            _("Write it reversed, as in {example}.").format(example="iqn.2024-05.com.example:db7"),
        )
        return
    domain, colon, unique = tail[1:].partition(":")
    for problem in _domain_faults(domain, for_target=for_target):
        add("domain", problem, _("Write the domain reversed, as in com.example."))
    if colon and not unique:
        add(
            "colon-at-end",
            _("Nothing follows the colon."),
            _("Add what distinguishes this host, such as its name, or remove the colon."),
        )


def _say_what_ails_the_date(rest: str, add: Callable[..., None]) -> None:
    example = _("Write year and month, as in {example}.").format(example="iqn.2024-05.com.example:db7")
    start = re.match(r"[^.:]*", rest)
    date = start[0] if start else ""
    if re.fullmatch(r"\d{4}-\d", date):
        add("month", _("The month needs two digits: {date}.").format(date=clean(date)), example)
    elif re.fullmatch(r"\d{1,4}-\d*|\d{5,}-\d+|\d{4}-?\d*|\d{4}-\d+", date):
        add(
            "date",
            _("The date must be four digits, a hyphen and two digits, not {date}.").format(date=clean(date)),
            example,
        )
    else:
        add("date-missing", _("The year and month are missing after iqn."), example)


def _domain_of(name: str) -> list[str]:
    if not name.startswith("iqn."):
        return []
    date = _DATE.match(name, 4)
    if date is None or not name.startswith(".", date.end()):
        return []
    return name[date.end() + 1 :].partition(":")[0].split(".")


def _domain_faults(domain: str, *, for_target: bool) -> Iterator[str]:
    labels = (domain.replace("_", "-") if for_target else domain).split(".")
    if "" in labels:
        yield _("The domain has an extra dot: {domain}.").format(domain=clean(domain))
    for label in dict.fromkeys(labels):
        # Strange characters have been named already; here only what is wrong with the right ones.
        if label and _ALLOWED.issuperset(label) and not _LABEL.fullmatch(label):
            yield _("A part of the domain begins or ends with a hyphen: {part}.").format(part=clean(label))
