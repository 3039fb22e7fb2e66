"""The manual as web pages that need no network: what people open, made of the same Markdown that developers read.

Only markdown-it-py is needed, because building the wheel runs this before anything else is installed.
"""

from __future__ import annotations

import html
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[1]
CONTENTS = "docs/manual/README.zh-CN.md"
# Pages for developers, which no page for users leads to.
_NOT_SHOWN = ("docs/release.md", "docs/decisions.md")
_PICTURES = "images"
_LISTED = ("h2", "h3")
_FEWEST_CONTENTS = 3  # a page with fewer headings needs no list of them
_PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")

_STYLE = """
body { margin: 0; color: #222; background: #fff; line-height: 1.7; font-size: 16px;
  font-family: "Microsoft YaHei", "微软雅黑", "PingFang SC", "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif; }
header { background: #1f4e79; padding: 0.6rem 1.5rem; }
header a { color: #fff; text-decoration: none; font-weight: bold; }
main { max-width: 62rem; margin: 0 auto; padding: 0.5rem 1.5rem 4rem; }
h1 { font-size: 1.8rem; } h2 { border-bottom: 1px solid #ddd; padding-top: 1rem; } h3 { padding-top: 0.5rem; }
a { color: #0b5cad; } img { max-width: 100%; border: 1px solid #ddd; }
nav { background: #f4f7fa; border: 1px solid #dbe4ec; padding: 0.3rem 1rem; }
nav ul { margin: 0.3rem 0; padding: 0; columns: 14rem; list-style: none; } nav .h3 { padding-left: 1.2rem; }
nav .h2 { font-weight: bold; } summary { cursor: pointer; }
.wide { overflow-x: auto; } table { border-collapse: collapse; margin: 0.6rem 0; font-size: 0.92em; }
th, td { border: 1px solid #c9d3dc; padding: 0.25rem 0.6rem; vertical-align: top; text-align: left; }
th { background: #eaf0f6; white-space: nowrap; }
code { background: #f2f2f2; padding: 0 0.2em; font-family: Consolas, "DejaVu Sans Mono", monospace; }
pre { background: #f6f8fa; border: 1px solid #e1e4e8; padding: 0.7rem 1rem; overflow-x: auto; line-height: 1.45; }
pre code { background: none; padding: 0; }
blockquote { margin-left: 0; padding-left: 1rem; border-left: 4px solid #c9d3dc; color: #555; }
@media print { header, nav { display: none; } main { max-width: none; } }
"""


def pages() -> dict[str, str]:
    """Path in the repository -> file of the manual, for its contents and every page that leads on from there."""
    places: dict[str, str] = {}
    waiting = [CONTENTS]
    while waiting:
        page = waiting.pop(0)
        if page in places:
            continue
        name = PurePosixPath(page).name.removesuffix(".md").removesuffix(".zh-CN")
        places[page] = "index.html" if page == CONTENTS else f"{name}.html"
        found = [target for target, _ in _links(page, _parsed(page)) if target.endswith(".md")]
        waiting += [each for each in found if each not in _NOT_SHOWN]
    if len(set(places.values())) < len(places):
        raise ValueError(f"two pages would be one file: {places}")
    return places


def render(folder: Path, *, elsewhere: Mapping[str, str] | None = None) -> list[Path]:
    """The files of the manual, written to a folder: pages, and the pictures that they show.

    Args:
        folder: made if it is not there.
        elsewhere: path in the repository -> file, for pages that go to another place, given from the folder on.

    Raises:
        ValueError: a page leads to something that the manual does not hold.
    """
    places = {**pages(), **(elsewhere or {})}
    parsed = {page: _parsed(page) for page in places}
    pictures = {
        target for page in places for target, _ in _links(page, parsed[page]) if not target.endswith(".md")
    }
    for target in sorted(pictures):
        places[target] = f"{_PICTURES}/{PurePosixPath(target).name}"
    made = []
    for page, place in sorted(places.items()):
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if page in pictures:
            shutil.copyfile(ROOT / page, target)
        else:
            text = _page(page, parsed[page], {each: str(folder / name) for each, name in places.items()})
            target.write_text(text, encoding="utf-8", newline="\n")
        made.append(target)
    return made


def heading_id(title: str) -> str:
    """What a link names a heading by, as on the site where the Markdown is read.

    >>> heading_id("2. 放进数据（3 分钟）")
    '2-放进数据3-分钟'
    """
    return re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")


def _parsed(page: str) -> list[Token]:
    return _PARSER.parse((ROOT / page).read_text(encoding="utf-8"))


def _inside(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()


def _links(page: str, tokens: list[Token]) -> list[tuple[str, Token]]:
    """Every link and picture of a page that leads into the repository: the path there, and its token."""
    found = []
    for token in _inside(tokens):
        address = str(token.attrs.get("src") or token.attrs.get("href") or "")
        path = unquote(address.partition("#")[0])
        if path and not re.match(r"[a-z]+:", address):
            found.append((os.path.normpath(f"{PurePosixPath(page).parent}/{path}"), token))
    return found


def _address(target: str, here: str) -> str:
    return quote(Path(os.path.relpath(target, here)).as_posix())


def _page(page: str, tokens: list[Token], places: Mapping[str, str]) -> str:
    """The web page; `places` tells for each path in the repository the file it goes to."""
    here = os.path.dirname(places[page])
    for target, token in _links(page, tokens):
        if target not in places:
            raise ValueError(f"{page} leads to {target}, which the manual does not hold")
        name = "src" if "src" in token.attrs else "href"
        _, mark, heading = str(token.attrs[name]).partition("#")
        token.attrs[name] = _address(places[target], here) + mark + heading
    title, contents = "", []
    for token, following in pairwise(tokens):
        if token.type == "heading_open":
            text = "".join(
                each.content for each in following.children or () if each.type in ("text", "code_inline")
            )
            token.attrs["id"] = heading_id(text)
            title = title or text
            if token.tag in _LISTED:
                link = f'<a href="#{quote(heading_id(text))}">{html.escape(text)}</a>'
                contents.append(f'<li class="{token.tag}">{link}</li>')
    body = _PARSER.renderer.render(tokens, _PARSER.options, {})
    body = body.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>")
    if len(contents) >= _FEWEST_CONTENTS and page != CONTENTS:
        listed = f"<nav><details open><summary>本页内容</summary><ul>{''.join(contents)}</ul></details></nav>"
        body = body.replace("</h1>", f"</h1>\n{listed}", 1)
    home = _address(places[CONTENTS], here)
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)} · 客户分析</title>
<style>{_STYLE}</style>
</head>
<body>
<header><a href="{home}">客户分析 · 使用手册</a></header>
<main>
{body}</main>
</body>
</html>
"""
