"""The pages hang together: every link and picture leads somewhere, and every page is reached from a README."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from crm_xl.builder.specs import TEMPLATES

REPOSITORY = Path(__file__).resolve().parents[1]
READMES = ("README.md", "README.zh-CN.md")
DOCS = REPOSITORY / "docs"
MANUAL = DOCS / "manual"
PAGES = [*(REPOSITORY / name for name in READMES), *sorted(DOCS.rglob("*.md"))]
LARGEST_PICTURE = 250_000
LINK = re.compile(r"\[[^\]]*\]\(([^()\s]+)\)")
# Pages that tell of something nobody has seen say where all of it stands.
CANDID = ("../README.md", "../README.zh-CN.md", "libreoffice.zh-CN.md", "warehouse.zh-CN.md")


def named(page: Path) -> str:
    return page.relative_to(REPOSITORY).as_posix()


def prose(text: str) -> str:
    """The text without its code, in which brackets are no links."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def links(page: Path) -> list[tuple[Path, str]]:
    """Every relative link and picture of a page: the file and, behind #, the heading."""
    found = []
    for target in LINK.findall(prose(page.read_text(encoding="utf-8"))):
        if not re.match(r"[a-z]+:", target):
            path, _, heading = unquote(target).partition("#")
            found.append(((page.parent / path).resolve() if path else page, heading))
    return found


def anchors(page: Path) -> set[str]:
    """What a link may name behind #: headings in small letters, blanks as hyphens, other signs left out."""
    headings = re.findall(r"^#+ (.*)$", prose(page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    assert [named(target) for target, _ in links(page) if not target.exists()] == []
    lost = [
        f"{named(target)}#{heading}"
        for target, heading in links(page)
        if heading and target.suffix == ".md" and heading not in anchors(target)
    ]
    assert lost == []


def reached(start: Path) -> set[Path]:
    """Every page that links lead to from one page, however many steps away."""
    seen, waiting = {start}, [start]
    while waiting:
        for target, _ in links(waiting.pop()):
            if target.suffix == ".md" and target not in seen and target.exists():
                seen.add(target)
                waiting.append(target)
    return seen


@pytest.mark.parametrize("readme", READMES)
def test_every_page_is_reached_from_a_readme(readme: str) -> None:
    lost = set(DOCS.rglob("*.md")) - reached(REPOSITORY / readme)
    # How a release is made, why things are as they are, how fast, and what was tried on them concern developers: they
    # stand in the English README.
    names = ("release.md", "decisions.md", "benchmarks.md", "torture.md")
    developers = {DOCS / name for name in names} if readme == "README.zh-CN.md" else set()
    assert {named(page) for page in lost - developers} == set()


def test_pictures_are_small_and_shown() -> None:
    pictures = set((DOCS / "images").iterdir())
    assert pictures
    assert {
        path.name: path.stat().st_size for path in pictures if path.stat().st_size > LARGEST_PICTURE
    } == {}
    shown = {target for page in PAGES for target, _ in links(page)}
    assert {path.name for path in pictures - shown} == set()


def test_the_contents_of_the_manual_name_every_page_and_template() -> None:
    contents = MANUAL / "README.zh-CN.md"
    listed = {target for target, _ in links(contents)}
    assert set(MANUAL.glob("*.md")) - listed == {contents}
    text = contents.read_text(encoding="utf-8")
    assert all(f"| {spec.guide} | `{name}` |" in text for name, spec in TEMPLATES.items())


@pytest.mark.parametrize("page", CANDID)
def test_what_nobody_has_seen_stands_in_one_place(page: str) -> None:
    targets = {target for target, _ in links((DOCS / page).resolve())}
    assert MANUAL / "not-verified.zh-CN.md" in targets


def test_a_lost_link_would_be_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# Ein Titel，zwei\n[a](page.md#ein-titelzwei) `[b](no.md)` ![c](gone.png) [d](https://x.y)", "utf-8"
    )
    assert [(target.name, heading) for target, heading in links(page)] == [
        ("page.md", "ein-titelzwei"), ("gone.png", ""),
    ]  # fmt: skip
    assert anchors(page) == {"ein-titelzwei"}
