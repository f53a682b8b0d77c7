"""The page: whole, self-contained, honest in its sentences, and deaf to what names try to make it do."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from eval.report import render, write_html
from eval.report.page import headline, verdict
from eval.summary import evaluate
from records.errors import DataError

HOSTILE = "<script>alert('x')</script>\"><img src=https://a.example/b.png> $\\frac{1}{0}$"
EMPTY = {"meta", "img", "br", "hr", "input", "link", "path", "use", "image", "rect"}


class Page(HTMLParser):
    """Reads a page strictly: every element that is opened is closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag) -> None:
        if tag not in EMPTY:
            assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def judged(answers):
    return [answers("climatology", noise=3.0), answers("pool", silent=0.1), answers("sure", spread=0.4)]


@pytest.fixture(scope="module")
def page(judged) -> str:
    return render(evaluate(judged, suite="cells", suite_hash="aa11", draws=30), judged)


def test_the_page_is_whole(page) -> None:
    read = Page(page)
    assert read.open == []
    for needed in ("Calibration", "Risk and coverage", "Forecast and outcome", "Worst misses", "Provenance", "Scores"):
        assert any(needed in text for text in read.text), needed
    assert read.tags.count("svg") == 3 + 2 * 3  # calibration, risk, groups (one level only); two a forecaster


def test_the_page_needs_nothing_from_anywhere(page) -> None:
    read = Page(page)
    assert not {"script", "link", "iframe", "object", "img"} & set(read.tags)
    for name, value in read.attributes:
        if name in {"src", "href", "xlink:href"}:
            assert value.startswith(("#", "data:image/png;base64,"))
        assert not name.startswith("on")
    assert not re.search(r"https?://|@import|url\((?!#)", page)


def test_both_colour_schemes_share_one_drawing(page) -> None:
    assert "prefers-color-scheme: dark" in page
    assert "var(--s0)" in page
    assert "#c0de" not in page


def test_inner_references_of_figures_meet_their_targets_once(page) -> None:
    targets = [value for name, value in Page(page).attributes if name == "id"]
    wanted = set(re.findall(r'href="#([^"]+)"', page)) | set(re.findall(r"url\(#([^)]+)\)", page))
    assert wanted <= set(targets)


def test_hostile_names_are_shown_and_never_run(answers) -> None:
    bad = answers(HOSTILE, silent=0.1)
    for column in ("model", "benchmark", "group", "level", "reason", "family"):
        bad.table[column] = HOSTILE + bad.table[column].astype(str)
    text = render(evaluate([bad], suite=HOSTILE, protocol=HOSTILE, draws=10), [bad])
    read = Page(text)
    assert not {"script", "img"} & set(read.tags)
    assert sum(HOSTILE in part for part in read.text) > 10


def test_the_worst_miss_is_told_with_what_was_stated_and_what_came(answers) -> None:
    judged = answers("pool")
    judged.table.loc[7, ["model", "observed"]] = ["the-missed-one", 0.0]
    judged.quantiles[7] = [90.0 + level / 100.0 for level in range(99)]
    text = render(evaluate([judged], suite="s", draws=10), [judged])
    row = text[text.index("the-missed-one") :]
    cells = re.sub(r"<[^>]+>", " ", row[: row.index("</tr>")]).split()
    assert {"90.5", "0.0"} <= set(cells)


def test_thirty_thousand_forecasts_stay_small(answers) -> None:
    many = answers("pool", models=300, benchmarks=100)
    text = render(evaluate([many], suite="s", draws=5), [many])
    assert len(text.encode()) < 500_000


def test_a_suite_of_ratings_alone_is_drawn_too(answers) -> None:
    rating = answers("pool", unit="rating")
    text = render(evaluate([rating], suite="s", draws=10), [rating])
    assert "standard deviations" in text
    assert Page(text).open == []


def test_all_silence_is_a_page_too(answers) -> None:
    mute = answers("mute", silent=1.0)
    text = render(evaluate([mute], suite="s", draws=10), [mute])
    assert "Too few answers to judge the calibration." in text


def test_overconfidence_is_named(judged) -> None:
    result = evaluate(judged, suite="s", draws=50)
    assert verdict(result.forecasters["sure"]).startswith("Over-confident")
    assert not verdict(result.forecasters["pool"]).startswith(("Over", "Too"))


def test_the_headline_claims_a_lead_only_outside_the_noise(answers) -> None:
    clear = evaluate([answers("pool"), answers("bad", noise=3.0)], suite="s", draws=100)
    assert headline(clear).startswith("pool has the lowest CRPS, outside the noise")
    close = evaluate([answers("a"), answers("b")], suite="s", draws=100)
    assert "not outside the noise" in headline(close)
    few = evaluate([answers("a", models=3, benchmarks=2), answers("b", models=3, benchmarks=2)], suite="s", draws=10)
    assert "too few models" in headline(few)


def test_a_report_without_its_forecasts_is_refused(judged) -> None:
    result = evaluate(judged, suite="s", draws=10)
    with pytest.raises(DataError, match="needs the forecasts of 'climatology'"):
        render(result, judged[1:])


def test_the_page_is_written_where_it_was_asked_for(judged, tmp_path) -> None:
    result = evaluate(judged, suite="s", draws=10)
    write_html(result, judged, tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
