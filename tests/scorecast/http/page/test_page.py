"""The page in Chromium: every view, keyboard, phone width, contrast, keys, and planted markup that must do nothing."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from records.access_key import Scope

pytestmark = pytest.mark.xdist_group("page")

VIEWS = ("#/ask", "#/compare", "#/compare?for=model", "#/records", "#/ledger", "#/track-record")
CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8").partition("\n")[2]
LEAST_CONTRAST = 4.5


def overflow(page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.fixture
def issued(page_client) -> str:
    """The id of a forecast of a score that nobody has reported."""
    told = page_client.post(
        "/v1/forecasts", json={"questions": [{"model": "o3-high", "benchmark": "swe_bench_verified"}]}
    )
    return str(told.json()["forecasts"][0]["id"])


def test_every_view_loads_without_an_error_and_asks_nobody_else(visit) -> None:
    tab = visit()
    for place in ("", *VIEWS, "#/nowhere/%E0%A4%A"):
        tab.page.goto("about:blank")  # so that the next place is loaded, and not only turned to
        page = tab.go(place)
        assert page.locator("h1").count() == 1, place
        assert page.locator("header nav a[aria-current=page]").count() == 1, place


def test_asking_in_words_shows_a_forecast(visit) -> None:
    page = visit().go()
    page.get_by_label("Your question").fill("What will Qwen3 32B score on GPQA Diamond?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".forecast-figure .band", state="attached")
    picture = page.locator(".forecast-figure svg")
    assert "Forecast of Qwen3 32B on GPQA Diamond: median" in (picture.get_attribute("aria-label") or "")
    assert page.locator(".forecast-figure .band").count() == 3
    page.wait_for_selector(".forecast-figure .known", state="attached")
    page.wait_for_selector(".components li", state="attached")
    assert page.locator(".evidence-table tbody tr, .forecast tbody tr").count() > 0
    assert page.locator(".components li").count() > 2
    assert page.get_by_text("without a language model").count() == 1


def test_a_conversation_keeps_its_context_and_survives_a_look_elsewhere(visit) -> None:
    page = visit().go()
    for text in ("What will Qwen3 32B score on GPQA Diamond?", "and on AIME 2024?"):
        page.get_by_label("Your question").fill(text)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Ask", exact=True).wait_for()
    assert page.locator(".forecast .question").all_inner_texts() == [
        "Qwen3 32B on GPQA Diamond",
        "Qwen3 32B on AIME 2024",
    ]
    page.get_by_role("link", name="Records").click()
    page.get_by_role("heading", name="Records").wait_for()
    page.get_by_role("link", name="Ask", exact=True).click()
    assert page.locator(".forecast").count() == 2


def test_a_threshold_is_drawn_and_its_probability_told(visit) -> None:
    page = visit().forecast("qwen3-32b", "gpqa_diamond", threshold="50 %")
    assert page.locator(".number.threshold dt").inner_text().split() == ["Reaches", "50", "%"]
    assert page.locator(".number.threshold dd").inner_text().endswith("%")
    page.wait_for_selector("line.threshold", state="attached")


def test_a_name_that_nobody_knows_is_answered_with_what_is_near(new_page, address) -> None:
    page = new_page()
    page.goto(f"{address}/#/compare?of=gpqa_diamond&with=qwen3-32&with=gpt-4.1")
    page.get_by_role("button", name="Compare").click()
    assert "qwen3-32b" in page.get_by_role("alert").inner_text()


def test_the_keyboard_alone_is_enough(visit) -> None:
    page = visit().go()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.keyboard.type("What will GPT-4.1 score on AIME 2024?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".forecast .numbers")
    page.get_by_role("link", name="Ledger").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Ledger").wait_for()
    assert page.evaluate("document.activeElement.id") == "main", "the focus moves to the new view"
    for _ in range(7):
        page.keyboard.press("Tab")
        focused = "(node => [node.outerHTML, getComputedStyle(node).outlineStyle])(document.activeElement)"
        node, outline = page.evaluate(focused)
        assert outline == "solid", node
    page.locator("tbody a").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="GPT-4.1 on AIME 2024").wait_for()
    page.go_back()
    page.get_by_role("heading", name="Ledger").wait_for()


def test_an_outcome_settles_an_entry_and_enters_the_track_record(visit, page_client, issued, clock) -> None:
    before, clock.moment = clock.moment, clock.moment + dt.timedelta(days=30)
    try:
        page = visit().go(f"#/ledger/{issued}")
        form = page.get_by_role("form", name="Outcome")
        form.get_by_label("Score").fill("41,5")
        form.get_by_label("Published").fill("2025-06-20")
        form.get_by_label("Source").fill("lab-report")
        form.get_by_label("Address").fill("https://lab.example/report")
        form.get_by_role("button", name="Settle").click()
        page.wait_for_selector(".outcome-value")
        settled = page.locator(".outcome-value").inner_text()
        clock.moment += dt.timedelta(days=1)
        page.goto(page.url.partition("#")[0] + "#/track-record")
        page.get_by_text("New forecasts of pool are recalibrated by 1 settled").wait_for()
        page.go_back()
    finally:
        clock.moment = before
    assert "41.5" in settled
    assert page.locator("#outcome a").get_attribute("href") == "https://lab.example/report"
    told = page_client.get(f"/v1/forecasts/{issued}").json()["settled"]
    assert (told["resolution"]["value"], told["foresight"]) == (41.5, True)
    page.goto(page.url.partition("#")[0] + "#/track-record")
    page.wait_for_selector(".column", state="attached")
    page.locator("summary", has_text="By horizon").click()
    page.get_by_role("rowheader", name="within 30 days").wait_for()
    page.get_by_label("Broken down").select_option("by user")
    page.locator("summary", has_text="By user").click()
    page.locator("details[open] tbody tr").wait_for()
    assert "by=user" in page.url
    page.get_by_label("User").fill("nobody")
    page.keyboard.press("Enter")
    page.get_by_text("No settled forecast of nobody").wait_for()
    page.goto(page.url.partition("#")[0] + "#/track-record")
    page.wait_for_selector(".column", state="attached")
    assert page.get_by_role("rowheader", name="pool", exact=True).count() == 1
    calibration = page_client.get("/v1/track-record").json()["tracks"][0]["calibration"]
    assert sum(calibration["pit"]) == pytest.approx(1.0)
    assert len(calibration["percents"]) == len(calibration["coverage"])


def test_an_outcome_that_cannot_be_is_refused_in_words(new_page, address, issued) -> None:
    page = new_page()
    page.goto(f"{address}/#/ledger/{issued}")
    form = page.get_by_role("form", name="Outcome")
    form.get_by_label("Score").fill("500")
    form.get_by_role("button", name="Settle").click()
    assert "500 is no score" in page.get_by_role("alert").inner_text()


def test_models_are_compared_and_so_are_benchmarks(visit) -> None:
    page = visit().go("#/compare?of=aime_2024&with=qwen3-32b&with=gpt-4.1&with=o3-high")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_selector(".pairs")
    assert page.locator(".compared > li:not(.axis-row)").count() == 3
    assert page.locator(".heat").count() == 6
    page = visit().go("#/compare?for=model&of=qwen3-32b&with=aime_2024&with=arena&with=speech_errors")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_selector(".compared")
    assert page.locator(".compared").count() == 3, "ratings, errors and accuracies each have an axis of their own"


def test_records_are_narrowed_and_turned_page_by_page(visit, page_client) -> None:
    page = visit().go("#/records")
    first = page.locator("tbody tr").first.inner_text()
    page.get_by_role("link", name="Next").click()
    page.get_by_text("Page 2 of").wait_for()
    page.get_by_role("link", name="Previous").click()
    page.get_by_text("Page 1 of").wait_for()
    assert page.locator("tbody tr").first.inner_text() == first
    page.get_by_label("Benchmark").fill("aime_2024")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**benchmark=aime_2024")
    total = page_client.get("/v1/records", params={"benchmark": "aime_2024"}).json()["total"]
    page.get_by_text(f"{total} records").wait_for()


def test_planted_markup_is_only_text(visit) -> None:
    tab = visit()
    page = tab.forecast("planted", "planted_bench")
    assert page.locator(".forecast .question").inner_text().count("<img src=x onerror=") == 2
    for place in (
        "#/records?benchmark=planted_bench",
        "#/ledger",
        "#/compare?of=planted_bench&with=planted&with=o3-low",
    ):
        tab.go(place)
        assert page.evaluate("window.planted") is None
        assert page.locator("main img, main script, main [onload], main [onerror], main [onmouseover]").count() == 0
    tab.go("#/records?benchmark=planted_bench")
    link = page.locator("tbody .source a").first
    link.hover()
    assert link.get_attribute("rel") == "noopener noreferrer"
    assert link.get_attribute("href").startswith("https://lab.example/%22onmouseover")
    assert page.evaluate("window.planted") is None


def test_addresses_that_are_no_web_addresses_are_no_links_even_if_the_service_told_them(visit, page_client) -> None:
    told = page_client.get("/v1/records", params={"limit": 4}).json()
    addresses = (
        "javascript:window.planted=1",
        "JaVaScRiPt:window.planted=1",
        "data:text/html,<script>1</script>",
        "//x",
    )
    for record, address in zip(told["records"], addresses, strict=True):
        record["url"] = address
    tab = visit()
    tab.page.route(
        "**/v1/records*", lambda route: route.fulfill(body=json.dumps(told), content_type="application/json")
    )
    page = tab.go("#/records")
    page.locator("tbody .source").first.wait_for()
    assert page.locator("tbody .source a").count() == 0
    assert page.evaluate("window.planted") is None


def test_markdown_of_an_answer_becomes_no_markup(visit) -> None:
    said = '**bold** <img src=x onerror="window.planted=1"> [here](javascript:window.planted=1) [there](https://lab.example/)'
    events = f"event: delta\ndata: {json.dumps({'text': said})}\n\nevent: done\ndata: {{}}\n\n"
    tab = visit()
    tab.page.route("**/v1/chat", lambda route: route.fulfill(body=events, content_type="text/event-stream"))
    page = tab.go()
    page.get_by_label("Your question").fill("Hello?")
    page.keyboard.press("Enter")
    page.locator(".words strong").wait_for()
    assert page.locator(".words a").evaluate_all("links => links.map(a => a.href)") == ["https://lab.example/"]
    assert page.locator("main img").count() == 0
    assert page.evaluate("window.planted") is None


@pytest.mark.parametrize(("mode", "said"), [("blind", "names and tell-tale numbers were masked"), ("named", "it saw")])
def test_whether_the_language_model_was_blind_is_told_and_its_words_are_only_text(
    visit, page_client, issued, mode, said
) -> None:
    told = page_client.get(f"/v1/forecasts/{issued}").json()
    told["forecast"]["provenance"]["settings"] |= {"agent_share": 0.4, "mode": mode, "llm": "<b>some-model</b>"}
    planted = "<img src=x onerror=window.planted=1>"
    told["forecast"]["opinions"] = [{"framing": planted, "speaks": True, "median": 40.0, "reasons_for": [planted]}]
    tab = visit()
    tab.page.route(f"**/v1/forecasts/{issued}", lambda route: route.fulfill(body=json.dumps(told)))
    page = tab.go(f"#/ledger/{issued}")
    page.locator(".part summary").click()
    assert said in page.locator(".forecast footer").inner_text()
    assert page.locator(".part details li").inner_text() == planted
    assert page.locator("main img, main footer b").count() == 0


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_on_a_phone_nothing_is_cut_and_every_text_can_be_read(visit, colours, issued) -> None:
    tab = visit(width=390, colours=colours)
    page = tab.forecast("planted", "planted_bench", threshold="50")
    page.wait_for_selector(".known", state="attached")
    for place in (None, *VIEWS, f"#/ledger/{issued}", "#/compare?of=planted_bench&with=planted&with=gpt-4.1"):
        if place is not None:
            tab.go(place)
        if place and "with=" in place:
            page.get_by_role("button", name="Compare").click()
            page.wait_for_selector(".pairs")
        assert overflow(page) <= 0, place
        faint = [one for one in page.evaluate(CONTRAST) if one["ratio"] < LEAST_CONTRAST]
        assert faint == [], place


def test_the_choice_of_colours_is_kept(visit) -> None:
    page = visit().go()
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    toggle = page.get_by_role("button", name="Colours")
    toggle.click()
    toggle.click()
    assert toggle.inner_text().endswith("Dark")
    page.reload()
    page.wait_for_selector("h1")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light


def test_a_key_is_asked_for_where_one_is_needed_and_stays_in_the_tab(new_page, keyed, bearer) -> None:
    secret = bearer(Scope.FORECAST)["Authorization"].removeprefix("Bearer ")
    page = new_page()
    page.goto(f"{str(keyed.base_url).rstrip('/')}/#/records")
    for told in ("sc_wrong", f" {secret}\u00a0"):
        page.get_by_label("Key", exact=True).fill(told)
        page.keyboard.press("Enter")
    page.locator("tbody tr").first.wait_for()
    assert page.evaluate("Object.values(sessionStorage)") == [secret]
    assert page.evaluate("[localStorage.length, document.cookie]") == [0, ""]
    assert secret not in page.content()
    page.get_by_role("button", name="Key", exact=True).click()
    page.get_by_role("button", name="Forget it").click()
    page.get_by_text("A key is needed").wait_for()
    assert page.evaluate("sessionStorage.length") == 0


def test_what_the_service_cannot_do_for_this_caller_is_not_offered(visit, new_page, keyed, bearer, monkeypatch) -> None:
    monkeypatch.delenv("SCORECAST_MODEL", raising=False)
    page = visit().go()
    page.wait_for_load_state("networkidle")
    assert page.locator(".ask-box input[type=checkbox]:visible").count() == 0
    monkeypatch.setenv("SCORECAST_MODEL", "some-model")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    page.reload()
    page.get_by_label("Let some-model look into it too").wait_for()
    reader, at = bearer(Scope.READ)["Authorization"].removeprefix("Bearer "), str(keyed.base_url).rstrip("/")
    entry = keyed.post(
        "/v1/forecasts",
        json={"questions": [{"model": "qwen3-32b", "benchmark": "gpqa_diamond"}]},
        headers=bearer(Scope.FORECAST),
    ).json()["forecasts"][0]["id"]
    page = new_page()
    page.goto(f"{at}/#/ledger/{entry}")
    page.get_by_label("Key", exact=True).fill(reader)
    page.keyboard.press("Enter")
    page.get_by_text("It is awaited.").wait_for()
    assert page.get_by_role("form", name="Outcome").count() == 0
    page.goto(f"{at}/#/ask")
    page.get_by_text("Your key opens looking things up, not forecasts").wait_for()


def test_a_service_that_is_gone_is_told_in_words(new_page, address) -> None:
    page = new_page()
    page.goto(f"{address}/#/compare")
    page.route("**/v1/**", lambda route: route.abort())
    page.evaluate("location.hash = '#/records'")
    assert "cannot be reached" in page.get_by_role("alert").inner_text()
