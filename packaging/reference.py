"""The man pages and the completions, made from the declaration of the command line."""

import argparse
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from man_sections import (  # noqa: E402 (beside this module)
    ANSWERS,
    COMMANDS,
    DESCRIPTION,
    NAME,
    OPTIONS,
    OVERVIEW,
    PLAN,
    RELATED,
    SECTIONS,
    SEE_ALSO,
    SUMMARY,
    SYNOPSIS,
    Section,
    paragraphs,
)

from tui.__main__ import whole_parser  # noqa: E402 (of this project, whatever is installed)
from tui.catalogue import read_catalogue  # noqa: E402 (likewise)
from tui.commands import plan_file  # noqa: E402 (likewise)
from tui.commands.argparse_words import translate_argparse  # noqa: E402 (likewise)
from tui.recovery.codes import CODES, NUMBERS  # noqa: E402 (likewise)
from tui.setup import answers_file  # noqa: E402 (likewise)
from tui.words import SOURCE, spoken, translate, translate_in, use  # noqa: E402 (likewise)

PROGRAM = "iscsi-console"


@dataclass(frozen=True)
class Option:
    """One option or argument: its names (none for an argument), its placeholder, its words."""

    names: tuple[str, ...]
    placeholder: str
    words: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verb:
    """A sub-command: its words after the program's name, what it does, its options, and those below it."""

    words: tuple[str, ...]
    summary: str
    description: str
    options: tuple[Option, ...]
    below: "tuple[Verb, ...]"

    def all(self) -> "Iterator[Verb]":
        """This one and all below it."""
        yield self
        for verb in self.below:
            yield from verb.all()


def verb_of(parser: argparse.ArgumentParser, words: tuple[str, ...] = (), summary: str = "") -> Verb:
    """What a parser declares."""
    options: list[Option] = []
    below: list[Verb] = []
    for action in parser._actions:  # noqa: SLF001 (argparse has no other way to read a declaration)
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 (likewise)
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}  # noqa: SLF001 (argparse shows them nowhere else)
            below += [
                verb_of(one, (*words, name), helps.get(name, "")) for name, one in action.choices.items()
            ]
        elif action.help != argparse.SUPPRESS:
            options.append(_option(action))
    return Verb(words, summary, parser.description or "", tuple(options), tuple(below))


def _option(action: argparse.Action) -> Option:
    takes = action.nargs != 0
    metavar = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    choices = tuple(str(choice) for choice in action.choices) if action.choices is not None else ()
    words = (action.help or "").replace("%%", "%")
    return Option(tuple(action.option_strings), metavar if takes else "", words, choices)


def program() -> Verb:
    """The whole command line, in the language that is spoken."""
    translate_argparse()
    return verb_of(whole_parser())


def man_pages(version: str, epoch: int, language: str = SOURCE) -> dict[str, str]:
    """The man pages by their file names, in the language of man(7).

    Args:
        version: of the program.
        epoch: the date of the pages, in seconds since 1970.
        language: one of `tui.catalogue.available`; what its catalogue lacks is in English.
    """
    date = time.strftime("%Y-%m-%d", time.gmtime(epoch))
    tail = f'{date} "{PROGRAM} {version}"'
    use(None if language == SOURCE else read_catalogue(language))
    try:
        pages = {f"{PROGRAM}.8": _main_page(tail)}
        for name, summary, module in _FORMATS:
            pages[f"{name}.5"] = _format_page(name, summary, module.__doc__ or "", tail)
    finally:
        use(None)
    return pages


_FORMATS = (
    (f"{PROGRAM}-answers", ANSWERS, answers_file),
    (f"{PROGRAM}-plan", PLAN, plan_file),
)
"""Formats of files, each described by the module that reads it."""

_MACROS = frozenset(("cs", "de", "en", "fr", "it", "ja", "sv", "zh"))
"""Languages whose breaking of lines groff is told by macros of its own (groff_tmac(5))."""


def _head(name: str, section: str, tail: str) -> list[str]:
    """The lines before the first section; other languages break lines by their own rules alone."""
    lines = [f".TH {_escaped(name).upper()} {section} {tail}"]
    if spoken() == SOURCE:
        return lines
    family = spoken().partition("_")[0]
    return [*lines, *([f".mso {family}.tmac"] if family in _MACROS else []), ".ad l", ".nh"]


def _heading(title: str) -> str:
    return f".SH {_escaped(translate(title))}"


def _format_page(name: str, summary: str, description: str, tail: str) -> str:
    """The page of a format: paragraphs as text, what is moved in as it stands."""
    lines = [
        *_head(name, "5", tail),
        _heading(NAME),
        f"{_escaped(name)} \\- {_escaped(translate(summary))}",
        _heading(DESCRIPTION),
    ]
    for paragraph in map(translate, paragraphs(description)):
        if paragraph.startswith("    "):
            lines += [".PP", ".nf", *map(_escaped_line, paragraph.split("\n")), ".fi"]
        else:
            lines += [".PP", _escaped(paragraph)]
    return "\n".join((*lines, _heading(SEE_ALSO), f".BR {_escaped(PROGRAM)} (8)", ""))


def _escaped_line(line: str) -> str:
    """A line that keeps its blanks."""
    return f"\\&{_of_roff(line)}"


def _of_roff(text: str) -> str:
    """A text in the characters of roff: ASCII in English (groff_char(7)), else UTF-8, as man(1) reads it."""
    plain = text.replace("\\", "\\e").replace("-", "\\-")
    if spoken() != SOURCE:
        return plain
    return "".join(one if one.isascii() else f"\\[u{ord(one):04X}]" for one in plain)


def _main_page(tail: str) -> str:
    whole = program()
    lines = [
        *_head(PROGRAM, "8", tail),
        _heading(NAME),
        f"{_escaped(PROGRAM)} \\- {_escaped(translate(SUMMARY))}",
        _heading(SYNOPSIS),
        f".B {_escaped(PROGRAM)}",
        *(f"[{_shown(option)}]" for option in whole.options if option.names),
        ".br",
        f".B {_escaped(PROGRAM)}",
        ".I COMMAND",
        r"[\fIOPTION\fR ...]",
        _heading(DESCRIPTION),
        _escaped(translate(OVERVIEW)),
        _heading(OPTIONS),
        *_options(whole.options),
        _heading(COMMANDS),
    ]
    for verb in whole.all():
        if not verb.words:
            continue
        lines.append(f".SS {_escaped(' '.join(verb.words))}")
        description = verb.description or verb.summary
        if description:
            lines.append(_escaped(_sentence(description)))
        lines += _options(verb.options)
    for section in SECTIONS:
        lines += _listing(section)
    related = [f".BR {_escaped(name)} ({number})" for name, number in RELATED]
    lines += [_heading(SEE_ALSO), *(f"{one}," for one in related[:-1]), related[-1]]
    return "\n".join((*lines, ""))


def _listing(section: Section) -> Iterator[str]:
    yield _heading(section.title)
    if section.opening:
        yield _escaped(translate(section.opening))
    for names, said in section.entries:
        yield ".TP"
        yield ", ".join(f"\\f{section.font}{_escaped(name)}\\fR" for name in names)
        yield _escaped(translate(said))


def _sentence(text: str) -> str:
    """A description, which is a fragment or a sentence, as a sentence."""
    # translators: the full stop behind a description, in a man page
    stop = translate_in("end of a sentence", ".")
    return text[:1].upper() + text[1:].rstrip(f".{stop}") + stop


_QUOTED = re.compile("`([^`]+)`")


def _options(options: tuple[Option, ...]) -> Iterator[str]:
    for option in options:
        yield ".TP"
        yield _shown(option)
        words = option.words
        if option.choices and not any(choice in words for choice in option.choices):
            words = f"{words} ({', '.join(option.choices)})".strip()
        yield _escaped(_sentence(words)) if words else "\\&"


def _shown(option: Option) -> str:
    names = ", ".join(f"\\fB{_escaped(name)}\\fR" for name in option.names)
    placeholder = f"\\fI{_escaped(option.placeholder)}\\fR" if option.placeholder else ""
    return " ".join(part for part in (names, placeholder) if part)


def _escaped(text: str) -> str:
    """A text that roff takes for nothing but text; what stands between backquotes is bold."""
    flat = _QUOTED.sub(r"\\fB\1\\fR", " ".join(_of_roff(text).split()))
    return f"\\&{flat}" if flat.startswith((".", "'")) else flat


def completions() -> dict[str, str]:
    """The completions by the place where the shells look for them."""
    whole = program()
    return {
        f"usr/share/bash-completion/completions/{PROGRAM}": _bash(whole),
        f"usr/share/zsh/vendor-completions/_{PROGRAM}": _zsh(whole),
        f"usr/share/fish/vendor_completions.d/{PROGRAM}.fish": _fish(whole),
    }


_TARGETS = (
    "{ ls /etc/iscsi/nodes /var/lib/iscsi/nodes; cat /sys/class/iscsi_session/*/targetname; } 2>/dev/null"
    " | grep -o '^iqn[^ ]*\\|^eui[^ ]*\\|^naa[^ ]*' | sort -u"
)
_VOLUMES = 'for one in /dev/mapper/*; do [ -b "$one" ] && echo "$one"; done 2>/dev/null'
_GROUPS = "vgs --noheadings -o vg_name 2>/dev/null"

_OF_HOST = {
    "TARGET": _TARGETS,
    "IQN": _TARGETS,
    "DEVICE": _VOLUMES,
    "VOLUME": _VOLUMES,
    "LV": _VOLUMES,
    "VG": _GROUPS,
    "GROUP": _GROUPS,
}
"""Commands that list what this host has, by the placeholder of an option or argument."""


def _words_after(option: Option) -> str | None:
    """A shell command that lists what may stand for a placeholder; None for a file."""
    if option.choices:
        return f"echo {' '.join(option.choices)}"
    kind = option.placeholder.strip("[]").partition("[")[0].upper()
    if kind.startswith("CODE"):
        return f"echo {' '.join(sorted(CODES | NUMBERS))}"
    if kind in {"FILE", "FOLDER", "DIRECTORY", "PATH"}:
        return None
    return _OF_HOST.get(kind, "true")


def _bash(whole: Verb) -> str:
    lines = [
        f"# Completion of {PROGRAM} for bash(1); made from the declaration of its command line.",
        "_iscsi_console() {",
        "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} path='' word",
        "    COMPREPLY=()",
        '    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
        '        case "$path $word" in',
    ]
    paths = [" ".join(verb.words) for verb in whole.all() if verb.words]
    lines += [f"            ' {path}') path=' {path}' ;;" for path in paths]
    lines += ["        esac", "    done", '    case "$path:$prev" in']
    for verb in whole.all():
        for option in verb.options:
            if option.names and option.placeholder:
                path = "".join(f" {word}" for word in verb.words)
                patterns = "|".join(f"'{path}:{name}'" for name in option.names)
                lines.append(f"        {patterns}) {_bash_reply(_words_after(option))}; return ;;")
    lines += ["    esac", '    case "$path" in']
    for verb in whole.all():
        path = "".join(f" {word}" for word in verb.words)
        words = [name for option in verb.options for name in option.names]
        words += [one.words[-1] for one in verb.below]
        arguments = [option for option in verb.options if not option.names]
        lines.append(f"        '{path}')")
        lines.append(f"            COMPREPLY=($(compgen -W '{' '.join(words)}' -- \"$cur\"))")
        lines += [
            f"            [[ $cur = -* ]] || {{ {_bash_more(_words_after(argument))}; }}"
            for argument in arguments
        ]
        lines.append("            ;;")
    lines += ["    esac", "}", f"complete -F _iscsi_console {PROGRAM}"]
    return "\n".join(lines) + "\n"


def _bash_reply(command: str | None) -> str:
    if command is None:
        return 'compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur"))'
    return f'COMPREPLY=($(compgen -W "$({command})" -- "$cur"))'


def _bash_more(command: str | None) -> str:
    if command is None:
        return 'compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur"))'
    return f'COMPREPLY+=($(compgen -W "$({command})" -- "$cur"))'


def _quoted(text: str) -> str:
    """A text between single quotes, in all three shells."""
    return "'" + text.replace("\\", "\\\\").replace("'", "") + "'"


def _zsh(whole: Verb) -> str:
    lines = [f"#compdef {PROGRAM}", ""]
    for verb in whole.all():
        lines.append(f"{_function(verb)}() {{")
        if verb.below:
            lines += ["    local line state", "    local -a verbs"]
        lines.append("    _arguments -C \\")
        for option in verb.options:
            action = _zsh_action(option)
            if option.names:
                for name in option.names:
                    words = _zsh_words(option.words)
                    value = f":{option.placeholder.lower()}:{action}" if option.placeholder else ""
                    lines.append(f"        '*{name}[{words}]{value}' \\")
            elif not verb.below:
                lines.append(f"        '*:{option.placeholder.lower()}:{action}' \\")
        if verb.below:
            lines += ["        '1: :->verb' '*::argument:->arguments'", "    case $state in", "    verb)"]
            lines.append("        verbs=(")
            lines += [f"            '{one.words[-1]}:{_zsh_words(one.summary)}'" for one in verb.below]
            lines += ["        )", "        _describe command verbs ;;", "    arguments)"]
            lines.append("        case $line[1] in")
            lines += [f"        {one.words[-1]}) {_function(one)} ;;" for one in verb.below]
            lines += ["        esac ;;", "    esac"]
        else:
            lines.append("        && return")
        lines += ["}", ""]
    lines.append(f'{_function(whole)} "$@"')
    return "\n".join(lines) + "\n"


def _function(verb: Verb) -> str:
    return "_".join(("_iscsi_console", *(word.replace("-", "_") for word in verb.words)))


def _zsh_words(text: str) -> str:
    for character in "[]:'\\\"`$":
        text = text.replace(character, " ")
    return " ".join(text.split())


def _zsh_action(option: Option) -> str:
    command = _words_after(option)
    if command is None:
        return "_files"
    if command == "true":
        return " "
    return f"compadd -- $({command.replace(chr(39), chr(34))})"


def _fish(whole: Verb) -> str:
    lines = [f"# Completion of {PROGRAM} for fish(1); made from the declaration of its command line."]
    for verb in whole.all():
        if verb.words:
            condition = "; and ".join(f"__fish_seen_subcommand_from {word}" for word in verb.words)
        else:
            condition = "__fish_use_subcommand"
        head = f"complete -c {PROGRAM} -n {_quoted(condition)}"
        lines += [f"{head} -f -a {_quoted(one.words[-1])} -d {_quoted(one.summary)}" for one in verb.below]
        for option in verb.options:
            names = " ".join(
                f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names
            )
            command = _words_after(option)
            value = ""
            if option.placeholder and command is None:
                value = " -r -F" if option.names else " -F"
            elif option.placeholder:
                listed = _quoted(f"({_sh(command)})")
                value = f" -x -a {listed}" if option.names else f" -f -a {listed}"
            lines.append(" ".join(filter(None, (head, names))) + value + f" -d {_quoted(option.words)}")
    return "\n".join(lines) + "\n"


def _sh(command: str | None) -> str:
    """A command of sh(1), which fish(1) is not."""
    quoted = (command or "true").replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'sh -c "{quoted}"'
