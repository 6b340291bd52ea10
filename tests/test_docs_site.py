"""The site made from the pages: every page is in it, and every link leads somewhere."""

from pathlib import Path

import pytest

from tests.test_distribution import load
from tests.test_pages import PAGES


def test_every_page_is_in_the_site_and_no_link_is_lost(tmp_path: Path) -> None:
    site = load("docs_site")
    written = site.build(tmp_path / "site")
    assert {page for page in PAGES if ".github" not in page.parts} == set(site.pages())
    assert list(site.lost_links(written)) == []
    start = (tmp_path / "site" / "index.html").read_text()
    assert 'href="docs/install.html"' in start
    assert 'src="screenshots/story.svg"' in start
    page = (tmp_path / "site" / "docs" / "promises.html").read_text()
    assert 'href="command-line.html#the-fields-of-status---json"' in page
    assert 'href="../schemas/index.html"' in page
    assert "<table>" in page
    assert '<html lang="en">' in page
    page = (tmp_path / "site" / "docs" / "zh_CN" / "console.html").read_text()
    assert '<html lang="zh-CN">' in page
    assert 'href="../command-line.html"' in page


@pytest.mark.parametrize("text", ['<a href="nowhere.html">', '<a href="#nothing">', '<img src="gone.svg">'])
def test_a_link_that_leads_nowhere_is_found(tmp_path: Path, text: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(f'<h1 id="here"><a href="#here"><a href="https://example.org">{text}')
    assert len(list(load("docs_site").lost_links([page]))) == 1
