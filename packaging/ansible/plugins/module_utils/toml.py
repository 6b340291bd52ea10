# Copyright: the iscsi-console authors. License: Apache-2.0.
"""Writes an answers file: TOML v1.0.0, as far as answers need it."""

from __future__ import annotations

import json
import re
from typing import Any


class NotAnAnswer(ValueError):
    """A value that no answer can have; the message names its key and never its value."""


def toml_text(table: dict[str, Any], place: str = "") -> str:
    """A table with everything below it.

    Raises:
        NotAnAnswer: a value is neither a string, a number, a Boolean, nor a list or table of these.
    """
    lines, below = [], []
    for key, value in table.items():
        name = f"{place}.{_key(str(key))}" if place else _key(str(key))
        if isinstance(value, dict):
            below.append(f"[{name}]\n{toml_text(value, name)}")
        elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            below += [f"[[{name}]]\n{toml_text(one, name)}" for one in value]
        else:
            lines.append(f"{_key(str(key))} = {_value(value, name)}\n")
    return "".join((*lines, *below))


def _key(word: str) -> str:
    return word if re.fullmatch(r"[A-Za-z0-9_-]+", word) else _string(word)


def _value(value: object, name: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, list):
        return f"[{', '.join(_value(one, name) for one in value)}]"
    raise NotAnAnswer(
        f"answers: {name} is neither a string, a whole number, true or false, nor a list of these"
    )


def _string(text: str) -> str:
    # JSON's escapes are TOML's too; JSON leaves DEL as it is, TOML does not allow it.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
