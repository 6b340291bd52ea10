"""Plays a set-up in a guest while every process is watched for planted secrets.

`python3 -m tests.lab.watched_setup ANSWERS` gets the secrets on standard input, passes on what the set-up
says, and ends with a line of JSON: where a secret was seen, how many looks there were, and the exit status.
"""

import json
import subprocess
import sys

from tests.lab.guest_side import Watch


def main() -> None:
    """Watch, play, tell."""
    secrets = tuple(sys.stdin.read().split())
    with Watch(secrets) as watched:
        done = subprocess.run(
            ("iscsi-console", "setup", "--answers", sys.argv[1]), capture_output=True, text=True, check=False
        )
    print(done.stdout, done.stderr)
    print(json.dumps({"seen": watched.seen, "looks": watched.looks, "status": done.returncode}))


if __name__ == "__main__":
    main()
