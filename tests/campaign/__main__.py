"""`python -m tests.campaign [--seeds 1-200] [--guests 2]`: courses of many seeds, and what they came to."""

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.campaign.course import Course, run


def seeds_of(words: str) -> list[int]:
    """Seeds of `1-200`, `3,17,20-25`."""
    found: list[int] = []
    for word in words.split(","):
        first, _dash, last = word.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def main() -> int:
    """Run them, print each that went wrong and a summary; 1 when any did."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    parser.add_argument("--seeds", type=seeds_of, default=seeds_of("1-20"), metavar="1-20")
    parser.add_argument("--guests", type=int, default=2, help="how many guests run at a time")
    parser.add_argument("--verbose", action="store_true", help="print every course")
    given = parser.parse_args()
    courses: list[Course] = []
    broken: dict[int, BaseException] = {}
    with ProcessPoolExecutor(given.guests) as pool:
        waiting = {pool.submit(run, seed): seed for seed in given.seeds}
        for done in as_completed(waiting):
            error = done.exception()
            if error is not None:
                broken[waiting[done]] = error
                print(f"seed {waiting[done]}: {type(error).__name__}: {error}", flush=True)
                continue
            course = done.result()
            courses.append(course)
            if given.verbose or course.wrong:
                print(course, flush=True)
    print(summary(courses, broken))
    return 1 if broken or any(course.wrong for course in courses) else 0


def summary(courses: list[Course], broken: dict[int, BaseException]) -> str:
    """The figures of a campaign."""
    wrong = [course for course in courses if course.wrong]
    whole = [course for course in courses if not course.left and not course.wrong]
    left = Counter(code for course in courses for code in course.left)
    lines = [
        f"{len(courses)} courses: {len(whole)} whole again, {len(wrong)} went wrong, {len(broken)} broke off",
        f"left to people: {', '.join(f'{code} {count}' for code, count in left.most_common()) or 'nothing'}",
    ]
    if courses:
        looks = sorted(course.slowest for course in courses)
        lines.append(f"longest look: {looks[len(looks) // 2]:.1f} s in the middle, {looks[-1]:.1f} s at most")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
