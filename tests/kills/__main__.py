"""`python -m tests.kills [--seeds 1-20] [--strikes 10]`: programs are struck while they change a host."""

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.campaign.__main__ import seeds_of
from tests.kills.course import Course, run


def main() -> int:
    """Take the courses, print each that went wrong and a summary; 1 when any did."""
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("--seeds", type=seeds_of, default=seeds_of("1-20"), metavar="1-20")
    parser.add_argument("--strikes", type=int, default=10, help="how often each change is struck")
    parser.add_argument("--guests", type=int, default=2, help="how many guests run at a time")
    parser.add_argument("--verbose", action="store_true", help="print every course")
    given = parser.parse_args()
    courses: list[Course] = []
    broken = 0
    with ProcessPoolExecutor(given.guests) as pool:
        waiting = {pool.submit(run, seed, given.strikes): seed for seed in given.seeds}
        for done in as_completed(waiting):
            error = done.exception()
            if error is not None:
                broken += 1
                print(f"seed {waiting[done]}: {type(error).__name__}: {error}", flush=True)
                continue
            course = done.result()
            courses.append(course)
            if given.verbose or course.wrong:
                print(course, flush=True)
    print(summary(courses, broken))
    return 1 if broken or any(course.wrong for course in courses) else 0


def summary(courses: list[Course], broken: int) -> str:
    """The figures of all courses."""
    strikes = Counter(strike.partition(",")[0] for course in courses for strike in course.strikes)
    changes = Counter(course.change for course in courses)
    wrong = sum(bool(course.wrong) for course in courses)
    return "\n".join(
        (
            f"{len(courses)} courses: {wrong} went wrong, {broken} broke off",
            ", ".join(f"{change} {count}" for change, count in changes.most_common()),
            f"{strikes.total()} strikes: "
            + ", ".join(f"{name} {count}" for name, count in strikes.most_common()),
            f"{sum(course.starts for course in courses)} starts, locks of the record database removed: "
            + str(sum(course.locks for course in courses)),
        )
    )


if __name__ == "__main__":
    sys.exit(main())
