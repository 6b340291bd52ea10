"""Runs scripts in a guest, one after the other, each in a process of its own that need not import anew.

Started by `tests.lab.operate` once per boot, because importing takes most of the time of a short script in a
guest: `python3 -m tests.lab.side_server`. A request is a line with the number of bytes of the script that
follows it; the answer is a line of JSON with the exit status and what was written. What a script imports of
this project is imported here first, once for all that come later.
"""

import ast
import contextlib
import importlib
import json
import os
import sys
import traceback


def _import_for(script: str) -> None:
    """Import what a script will; that it cannot be had is for the script to find out."""
    with contextlib.suppress(SyntaxError, ImportError):
        for node in ast.parse(script).body:
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in {"tui", "tests"}:
                importlib.import_module(node.module or "")


def _run(script: str, output: int, errors: int) -> int:
    """Run a script in a child of this process, its output going to two files; the exit status."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 1
    try:
        nothing = os.open(os.devnull, os.O_RDONLY)
        for file, number in ((nothing, 0), (output, 1), (errors, 2)):
            os.dup2(file, number)
        exec(compile(script, "<script>", "exec"), {"__name__": "__main__"})
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
    except BaseException:  # noqa: BLE001 (told like an interpreter tells it)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _content(file: int) -> str:
    """Everything in an open file, which is closed."""
    os.lseek(file, 0, os.SEEK_SET)
    with os.fdopen(file, encoding="utf-8", errors="replace") as content:
        return content.read()


def main() -> None:
    """Serve until the input ends."""
    while size := sys.stdin.buffer.readline():
        script = sys.stdin.buffer.read(int(size)).decode()
        _import_for(script)
        # In memory: a test may have filled the disk, or made it read-only.
        output, errors = os.memfd_create("output"), os.memfd_create("errors")
        status = _run(script, output, errors)
        said = [_content(file) for file in (output, errors)]
        print(json.dumps({"status": status, "output": said[0], "errors": said[1]}), flush=True)


if __name__ == "__main__":
    main()
