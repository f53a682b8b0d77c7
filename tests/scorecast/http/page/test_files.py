"""The files of the page as they are served: nothing else, nothing from elsewhere, no way in for markup or script."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import PurePosixPath

import pytest

LARGEST = 160_000
"""Bytes of the whole page."""
DANGEROUS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\.srcdoc|DOMParser|javascript:"
)
IMPORT = re.compile(r'^(?:import|export) .*?from "([^"]+)"', re.MULTILINE)


class Parts(HTMLParser):
    """What a document loads, and whether it holds scripts, styles or handlers of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.loaded += [value for name in ("src", "href") if (value := told.get(name)) and not value.startswith("#")]
        if tag == "style" or (tag == "script" and "src" not in told):
            self.inline.append(tag)
        self.inline += [name for name in told if name.startswith("on") or name == "style"]


@pytest.fixture(scope="module")
def files(project) -> dict[str, str]:
    folder = project / "scorecast" / "page"
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in found}


def test_every_file_is_served_with_its_type_and_a_strict_policy(client, files) -> None:
    media = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}
    for name, content in files.items():
        answer = client.get(f"/page/{name}")
        assert (answer.status_code, answer.text) == (200, content)
        assert answer.headers["content-type"].startswith(media[PurePosixPath(name).suffix])
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "require-trusted-types-for 'script'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
    assert client.get("/").text == files["index.html"]


def test_a_browser_that_has_a_file_is_told_that_nothing_changed(client) -> None:
    tag = client.get("/page/main.js").headers["etag"]
    again = client.get("/page/main.js", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["", "nothing.js", "../settings.py", "%2e%2e/settings.py", "..%2fsettings.py", "views", "/etc/passwd"]
)
def test_nothing_else_is_served(client, path) -> None:
    answer = client.get(f"/page/{path}")
    assert answer.status_code in {401, 404}
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_page_needs_no_key_and_everything_it_asks_for_does(keyed) -> None:
    assert keyed.get("/").status_code == keyed.get("/page/main.js").status_code == 200
    assert keyed.get("/v1/records").status_code == 401
    assert keyed.get("/pages").status_code == 401


def test_the_document_holds_no_script_or_style_of_its_own_and_loads_nothing_from_elsewhere(files) -> None:
    parts = Parts()
    parts.feed(files["index.html"])
    assert parts.inline == []
    assert [path for path in parts.loaded if path.removeprefix("/page/") not in files] == []


def test_modules_import_only_modules_of_the_page(files) -> None:
    for name, text in files.items():
        for path in IMPORT.findall(text):
            assert path.startswith("."), (name, path)
            parts: list[str] = []
            for part in (PurePosixPath(name).parent / path).parts:
                parts = parts[:-1] if part == ".." else [*parts, part]
            assert "/".join(parts) in files, (name, path)


def test_every_module_is_asked_for_at_once(files) -> None:
    preloaded = re.findall(r'rel="modulepreload" href="/page/([^"]+)"', files["index.html"])
    assert preloaded == sorted(name for name in files if name.endswith(".js") and name not in {"main.js", "theme.js"})


def test_no_source_turns_text_into_markup_or_script(files) -> None:
    assert {name: found.group() for name, text in files.items() if (found := DANGEROUS.search(text))} == {}


def test_no_file_fetches_from_elsewhere(files) -> None:
    away = re.compile(r"@import|url\(|https?://(?!www\.w3\.org/2000/svg)[\w.]+\.\w")
    assert {name: found.group() for name, text in files.items() if (found := away.search(text))} == {}


def test_the_page_is_small_and_its_modules_are_short(files) -> None:
    assert sum(len(text.encode()) for text in files.values()) < LARGEST
    assert {name: lines for name, text in files.items() if (lines := text.count("\n")) > 220} == {}
