"""The manual as web pages: it works from a folder without a network, and says what the Markdown says."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import lxml.html
import pytest

from releasing import manual
from releasing.release import FIRST_PAGE

REPOSITORY = Path(__file__).resolve().parents[2]
PLACES = manual.pages()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("手册 1") / "manual"
    manual.render(folder)
    return folder


def page(path: Path) -> lxml.html.HtmlElement:
    return lxml.html.fromstring(path.read_text(encoding="utf-8"))


def lost(folder: Path) -> list[str]:
    """Every link and picture that leads nowhere, or out of the folder's own files."""
    pages = {path.resolve(): page(path) for path in folder.rglob("*.html")}
    found = []
    for path, root in pages.items():
        for _, name, address, _ in root.iterlinks():
            file, _, heading = unquote(address).partition("#")
            target = (path.parent / file).resolve() if file else path
            known = {each.get("id") for each in pages[target].iter()} if target in pages else {""}
            if not target.is_file() or (heading and heading not in known):
                found.append(f"{path.name} {name}: {address}")
    return found


def test_every_link_and_picture_works_without_a_network(made: Path) -> None:
    assert lost(made) == []


def test_a_lost_link_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<a href="a.html#b">x</a><a href="https://x.y">x</a><img src="no.png"><p id="c"><a href="#c">x</a>'
    )
    assert lost(tmp_path) == ["a.html href: a.html#b", "a.html href: https://x.y", "a.html src: no.png"]


def test_it_holds_every_page_for_users() -> None:
    pages = set(PLACES)
    written = {path.relative_to(REPOSITORY).as_posix() for path in (REPOSITORY / "docs").rglob("*.md")}
    developers = {"docs/release.md", "docs/decisions.md", "docs/benchmarks.md", "docs/torture.md"}
    assert written - pages <= developers


@pytest.mark.parametrize("name", ["docs/manual/start.zh-CN.md", "docs/import.zh-CN.md"])
def test_what_people_copy_is_as_it_was_written(made: Path, name: str) -> None:
    written = re.findall(
        r"^```[^\n]*\n(.*?)^```", (REPOSITORY / name).read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    shown = [each.text_content() for each in page(made / PLACES[name]).iter("pre")]
    assert written and shown == written


@pytest.mark.parametrize("name", sorted(PLACES))
def test_headings_rows_and_a_way_back_are_there(made: Path, name: str) -> None:
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    bare = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    root = page(made / PLACES[name])
    main = root.find(".//main")
    assert len(main.xpath("//h1 | //h2 | //h3 | //h4")) == len(re.findall(r"^#+ ", bare, re.MULTILINE))
    # Every row of a table in Markdown begins with a bar; the one under the headings is a line of dashes.
    rows = [line for line in bare.splitlines() if re.match(r"\s*\|", line)]
    assert len(main.xpath("//tr")) == sum(not re.fullmatch(r"[\s|:-]+", line) for line in rows)
    assert root.find(".//header/a").get("href") == "index.html"
    assert root.findtext(".//title", "").endswith(" · 客户分析")


def test_the_page_on_installing_may_lie_beside_the_scripts(tmp_path: Path) -> None:
    manual.render(tmp_path / "manual", elsewhere=FIRST_PAGE)
    assert (tmp_path / "install.html").is_file() and not (tmp_path / "manual" / "install.html").exists()
    assert lost(tmp_path) == []


def test_the_same_pages_give_the_same_files(made: Path, tmp_path: Path) -> None:
    for path in manual.render(tmp_path):
        assert path.read_bytes() == (made / path.relative_to(tmp_path)).read_bytes()


def test_a_page_that_leads_out_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = tmp_path / manual.CONTENTS
    contents.parent.mkdir(parents=True)
    contents.write_text("# 手册\n\n[怎么发布](../release.md)\n", encoding="utf-8")
    monkeypatch.setattr(manual, "ROOT", tmp_path)
    with pytest.raises(ValueError, match=r"docs/release\.md"):
        manual.render(tmp_path / "made")
