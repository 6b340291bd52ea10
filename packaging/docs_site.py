"""Renders README.md and docs/ as a site of plain pages, which needs no server and no script.

    python packaging/docs_site.py [--out site]

Every link has to lead to a file of the site, or to a heading in it; if not, it ends with status 1.
"""

import argparse
import html
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README*.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/*.md", "docs/*/*.md")
COPIED = ("screenshots", "schemas", "LICENSE")
START = "README.md"
"""The page that a site begins with: index.html."""

_ELSEWHERE = re.compile(r"[a-z]+:")
_LINK = re.compile(r'(?:href|src)="(?P<target>[^"#]*)(?:#(?P<anchor>[^"]*))?"')
_ID = re.compile(r' id="(?P<id>[^"]+)"')

_PAGE = """\
<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 sans-serif }}
pre, code {{ font-family: monospace; background: color-mix(in srgb, currentcolor 8%, transparent) }}
pre code {{ background: none }}
pre {{ padding: 0.5rem 1rem; overflow-x: auto }}
table {{ border-collapse: collapse; display: block; overflow-x: auto }}
th, td {{ border-bottom: 1px solid gray; padding: 0.2rem 0.8rem 0.2rem 0 }}
th, td {{ text-align: left; vertical-align: top }}
img {{ max-width: 100% }}
</style>
</head>
<body>
<nav><a href="{start}">iscsi-console</a></nav>
{body}</body>
</html>
"""


def pages() -> list[Path]:
    """The Markdown files, in a fixed order."""
    return [path for pattern in PAGES for path in sorted(ROOT.glob(pattern))]


def place_of(page: Path) -> Path:
    """Where a page is in the site."""
    relative = page.relative_to(ROOT)
    return Path("index.html") if str(relative) == START else relative.with_suffix(".html")


def language_of(page: Path) -> str:
    """The language of a page, as BCP 47 writes it: README.LANG.md and docs/LANG/ are translations."""
    name = page.stem.partition(".")[2] if page.parent == ROOT else page.parent.name
    return "en" if name in {"", "docs"} else name.replace("_", "-")


def anchor(heading: str) -> str:
    """The name by which a link finds a heading, as forges make it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def rendered(page: Path) -> str:
    """A page as HTML, its links led to the pages of the site."""
    tokens = MarkdownIt("commonmark").enable("table").parse(page.read_text())
    title = "iscsi-console"
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            words = "".join(one.content for one in tokens[number + 1].children or ())
            token.attrSet("id", anchor(words))
            title = words if token.tag == "h1" else title
        for one in token.children or ():
            _lead(one, page)
    renderer = MarkdownIt("commonmark").enable("table")
    depth = len(place_of(page).parts) - 1
    return _PAGE.format(
        language=language_of(page),
        title=html.escape(title),
        start="../" * depth + "index.html",
        body=renderer.renderer.render(tokens, renderer.options, {}),
    )


def _lead(token: Token, page: Path) -> None:
    """Lead a link to a Markdown file to the page that is made from it, and one to a directory to its list."""
    name = "href"
    target = str(token.attrGet(name) or "")
    path, sharp, rest = target.partition("#")
    if not path or _ELSEWHERE.match(path):
        return
    goal = (page.parent / path).resolve()
    if goal.is_dir():
        token.attrSet(name, f"{path.rstrip('/')}/index.html")
    elif str(goal.relative_to(ROOT)) == START:
        token.attrSet(name, f"{path.removesuffix(START)}index.html{sharp}{rest}")
    elif goal.suffix == ".md":
        token.attrSet(name, f"{path.removesuffix('.md')}.html{sharp}{rest}")


def build(out: Path) -> list[Path]:
    """Write the site; the files that have links."""
    shutil.rmtree(out, ignore_errors=True)
    written = []
    for page in pages():
        place = out / place_of(page)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(rendered(page), encoding="utf-8")
        written.append(place)
    for name in COPIED:
        source = ROOT / name
        shutil.copytree(source, out / name) if source.is_dir() else shutil.copy2(source, out / name)
        if source.is_dir():
            written.append(_listed(out / name))
    return written


def _listed(folder: Path) -> Path:
    """Write the list of a directory, which links to each of its files."""
    names = sorted(path.name for path in folder.iterdir())
    lines = "".join(f'<li><a href="{html.escape(name)}">{html.escape(name)}</a></li>\n' for name in names)
    listed = folder / "index.html"
    body = f"<h1>{folder.name}</h1>\n<ul>\n{lines}</ul>\n"
    listed.write_text(
        _PAGE.format(language="en", title=folder.name, start="../index.html", body=body), encoding="utf-8"
    )
    return listed


def lost_links(files: list[Path]) -> Iterator[str]:
    """Every link that leads to no file of the site, or to no heading of it."""
    for file in files:
        for match in _LINK.finditer(file.read_text(encoding="utf-8")):
            target, name = match["target"], match["anchor"]
            if _ELSEWHERE.match(target):
                continue
            goal = file.parent / target if target else file
            if not goal.is_file() or (name and name not in _ID.findall(goal.read_text(encoding="utf-8"))):
                yield f"{file}: {match.group()}"


def main() -> int:
    """Build the site and check its links."""
    parser = argparse.ArgumentParser(description="Render README.md and docs/ as a site.")
    parser.add_argument("--out", type=Path, default=ROOT / "site")
    arguments = parser.parse_args()
    written = build(arguments.out)
    lost = list(lost_links(written))
    for line in lost:
        print(f"This link leads nowhere: {line}", file=sys.stderr)
    if not lost:
        print(f"{len(written)} pages: {arguments.out / 'index.html'}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
