#!/usr/bin/python
# Copyright: the iscsi-console authors. License: Apache-2.0.
"""The module `iscsi_console.host.setup`."""

from __future__ import annotations

DOCUMENTATION = r"""
module: setup
short_description: Set iSCSI storage up, from the initiator name to the mounted file system
description:
  - Runs C(iscsi-console setup) with the answers on its standard input.
  - What is set up already is left as it is.
  - In check mode the next step is planned; each later one is known once those before it ran.
  - With C(--diff) the stack is shown before and after.
options:
  program:
    description: The program, as a name on the PATH or a path.
    type: str
    default: iscsi-console
  answers:
    description:
      - The answers, with the tables and keys of an answers file (docs/answers.md).
      - What is left out is what the wizard would offer first.
      - Secrets (C(password), C(password_in)) come from a vault. They reach the program on its standard input
        and are masked in everything that is returned or logged.
    type: dict
    default: {}
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
"""

EXAMPLES = r"""
- name: A file system on the array's LUN
  iscsi_console.host.setup:
    answers:
      discover: {address: 192.0.2.10}
      chap:
        session: {kind: one-way, username: db7, password: "{{ vault_chap }}"}
      volumes:
        group: vg_data
        volume: [{name: data}]
      mount:
        - {volume: data, kind: ext4, mount_point: /srv/data}
"""

RETURN = r"""
operations:
  description: In check mode what would be done next, with the exact commands; secrets are masked.
  returned: in check mode
  type: list
  elements: dict
titles:
  description: What was done.
  returned: when carried out
  type: list
  elements: str
"""

from collections.abc import Iterator

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.iscsi_console.host.plugins.module_utils.program import (
    PROGRAM,
    call,
    fail,
    outcome,
    prepared,
    verb,
)
from ansible_collections.iscsi_console.host.plugins.module_utils.toml import NotAnAnswer, toml_text

SECRETS = frozenset({"password", "password_in"})


def secrets_in(value: object) -> Iterator[str]:
    """The secrets anywhere in the answers."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in SECRETS and not isinstance(inner, (dict, list)):
                yield str(inner)
            yield from secrets_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from secrets_in(inner)


def stack(module: AnsibleModule) -> str:
    """The stack of this host as text."""
    _status, output, _errors = call(module, "status", "--quick")
    return str(output)


def main() -> None:
    """Plan or carry out."""
    # no_log keeps the answers out of the journal, which Ansible writes before this can say what is secret in
    # them. It would mask every answer in what is returned, too: there the secrets are enough.
    module = AnsibleModule(
        argument_spec={"program": PROGRAM, "answers": {"type": "dict", "default": {}, "no_log": True}},
        supports_check_mode=True,
    )
    module.no_log_values.clear()
    module.no_log_values.update(secret for secret in secrets_in(module.params["answers"]) if secret)
    try:
        answers = toml_text(module.params["answers"])
    except NotAnAnswer as error:
        module.fail_json(msg=str(error))
        return
    if module.check_mode:
        told = verb(module, "plan", "setup", "--answers", "-", stdin=answers)
        if not told.ok or told.plan.get("refusal"):
            fail(module, told)
        module.exit_json(changed=bool(told.operations), diff=prepared(told), **outcome(told))
    before = stack(module) if module._diff else ""  # noqa: SLF001 (Ansible's only way to ask)
    told = verb(module, "setup", "--answers", "-", stdin=answers)
    titles = [
        step["title"] for step in told.events if step.get("event") == "step" and step.get("stage") == "done"
    ]
    diff = {"before": before, "after": stack(module)} if module._diff else {}  # noqa: SLF001 (likewise)
    if not told.ok:
        fail(module, told, titles=titles, diff=diff)
    module.exit_json(changed=bool(told.last("end").get("changed")), titles=titles, diff=diff)


if __name__ == "__main__":
    main()
