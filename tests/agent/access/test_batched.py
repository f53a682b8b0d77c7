"""Batches of a provider over HTTP: same replies as direct calls, half the price, and nothing asked or billed twice."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest

from agent.access.batched.api import LARGEST_LINE
from agent.access.batched.batching import Batching
from agent.access.batched.journal import BatchJournal, Named, Step, read_journal
from agent.access.budget import Budget, Limits
from agent.access.endpoint import Endpoint
from agent.access.scripted.batches import Batches, Ending
from agent.access.scripted.replies import Fault, fails, refuses, says
from agent.access.scripted.server import ScriptedEndpoint
from agent.access.settings import AccessSettings
from agent.errors import AgentError, BudgetExhausted, ModelRefused, NotConfigured, ProviderDown

KEY = "sk-do-not-show-me"
PRICES = "host,model,prompt,cached_prompt,completion,listed,source,batch\n127.0.0.1*,*,2,2,8,2026-03-01,,0.5\n"
QUESTIONS = [f"How good is model {number}?" for number in range(5)]


def echo(asked):
    """Answer a question with its own words."""
    return says(f"re: {asked.body['messages'][-1]['content']}", usage=(100, 10))


@pytest.fixture
def open_at(tmp_path):
    """Open an endpoint whose requests go into batches of one job."""
    (tmp_path / "prices.csv").write_text(PRICES)

    def open_(served, budget, *, tell=lambda _: None, most=50_000, size=200_000_000, **fields):
        usual = {
            "model": "m", "base_url": served.url, "api_key": KEY, "timeout_seconds": 5.0, "first_wait_seconds": 0.01,
            "max_retries": 2, "cache": tmp_path / "replies.db", "prices": tmp_path / "prices.csv",
            "batch_quiet_seconds": 0.15, "batch_poll_seconds": 0.05,
        }  # fmt: skip
        batching = Batching(tmp_path / "job.batches", budget, tell=tell, most_requests=most, most_bytes=size)
        return Endpoint(AccessSettings(**(usual | fields)), batching=batching)

    return open_


async def ask(endpoint, budget, questions=QUESTIONS, *, follow=""):
    """Ask all questions at once, and each a second time after its reply; errors come back as replies."""
    chat = endpoint.chat_model(budget)

    async def one(question):
        first = (await chat.ainvoke(question)).content
        return (await chat.ainvoke(f"{first} {follow}")).content if follow else first

    return await asyncio.gather(*map(one, questions), return_exceptions=True)


def test_rounds_of_conversations_are_batches_with_the_replies_of_direct_calls_at_half_the_price(
    tmp_path, open_at
) -> None:
    direct, batched, told = Budget(), Budget(Limits(usd=1.0)), []
    with ScriptedEndpoint(echo, batches=Batches()) as served:
        with open_at(served, batched, tell=told.append, stream=True) as endpoint:
            replies = asyncio.run(ask(endpoint, batched, follow="Sure?"))
        batches = served.batches
        (tmp_path / "replies.db").unlink()
        plain = AccessSettings(model="m", base_url=served.url, prices=tmp_path / "prices.csv")
        with Endpoint(plain) as endpoint:
            assert asyncio.run(ask(endpoint, direct, follow="Sure?")) == replies
    assert [len(file.splitlines()) for file in batches.uploads.values()] == [5, 5]
    assert (len(batches.made), len(batches.lines)) == (2, 10)
    assert not any("stream" in line for line in batches.lines)
    assert batched.spent.tokens == direct.spent.tokens == 10 * 110
    assert batched.spent.usd == pytest.approx(direct.spent.usd / 2)
    rounds = [(one.number, one.batch, one.requests) for rounds in told for one in rounds if one.status == "completed"]
    assert told[-1] == ()
    assert {(1, "", 5), (2, "", 5)} <= {(one.number, one.batch, one.requests) for seen in told for one in seen}
    assert all(requests == 5 for _, _, requests in rounds)
    assert read_journal(tmp_path / "job.batches") == ()
    assert KEY not in (tmp_path / "job.batches").read_text()


@pytest.mark.parametrize(("most", "size"), [(2, 10_000), (5, 600)])
def test_no_file_is_larger_than_the_provider_takes(open_at, most, size) -> None:
    batches, budget = Batches(), Budget()
    with ScriptedEndpoint(echo, batches=batches) as served, open_at(served, budget, most=most, size=size) as endpoint:
        assert asyncio.run(ask(endpoint, budget)) == [f"re: {question}" for question in QUESTIONS]
    assert [len(file.splitlines()) for file in batches.uploads.values()] == [2, 2, 1]
    assert all(len(file) <= size for file in batches.uploads.values())


def test_requests_that_fail_alone_go_into_the_next_batch_and_refusals_do_not(open_at) -> None:
    seen = []

    def failing(asked):
        text = asked.body["messages"][-1]["content"]
        seen.append(text)
        if "model 1" in text and seen.count(text) == 1:
            return fails(500)
        return fails(400, "max_tokens is not supported") if "max_tokens" in asked.body else echo(asked)

    with ScriptedEndpoint(failing, batches=Batches()) as served, open_at(served, Budget()) as endpoint:
        budget = Budget()
        replies = asyncio.run(ask(endpoint, budget))
        assert replies == [f"re: {question}" for question in QUESTIONS]
        assert [len(file.splitlines()) for file in served.batches.uploads.values()] == [5, 5]
        assert (budget.spent.calls, budget.spent.lost) == (5, 0)
    with ScriptedEndpoint(lambda _: refuses(), batches=Batches()) as served, open_at(served, Budget()) as endpoint:
        assert {type(one) for one in asyncio.run(ask(endpoint, Budget()))} == {ModelRefused}
        assert len(served.batches.made) == 1


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        (Ending("expired", answered=3), "expired after 24 hours with 3 of 5 requests answered"),
        (Ending("cancelled", answered=0), "was cancelled with 0 of 5"),
        (
            Ending("failed", reason=f"token limit, said {KEY}"),
            "failed as a whole with 0 of 5 requests answered: invalid",
        ),
    ],
)
def test_what_a_batch_that_ended_early_did_not_answer_is_given_up_and_costs_nothing(open_at, ending, words) -> None:
    budget = Budget()
    with ScriptedEndpoint(echo, batches=Batches(ends=lambda _: ending)) as served, open_at(served, budget) as endpoint:
        replies = asyncio.run(ask(endpoint, budget))
    failures = [one for one in replies if isinstance(one, AgentError)]
    assert (len(failures), len(served.batches.made)) == (5 - (ending.answered or 0), 1)
    assert all(isinstance(one, ProviderDown) and words in str(one) and KEY not in str(one) for one in failures)
    assert (budget.spent.calls, budget.spent.lost) == (ending.answered or 0, 0)


def test_lines_that_are_malformed_doubled_foreign_or_too_long_are_passed_over(open_at) -> None:
    def spoil(lines):
        rows = [json.loads(line) for line in lines]
        foreign = json.dumps(rows[0] | {"custom_id": "0" * 64})
        lying = json.dumps(rows[1] | {"response": {"status_code": 200, "body": {"choices": "none"}}})
        second = json.dumps(rows[2] | {"response": rows[3]["response"]})
        long = json.dumps({"custom_id": rows[4]["custom_id"], "x": "y" * (LARGEST_LINE + 2_000_000)})
        told = [
            b"{",
            b"[1]",
            b"\xff",
            b"[" * 5_000,
            foreign.encode(),
            lines[0],
            lying.encode(),
            lines[2],
            second.encode(),
        ]
        return [*told, lines[3], long.encode()]

    ends = {1: Ending(spoil=spoil)}
    batches, budget = Batches(ends=lambda number: ends.get(number, Ending())), Budget()
    with ScriptedEndpoint(echo, batches=batches) as served, open_at(served, budget) as endpoint:
        assert asyncio.run(ask(endpoint, budget)) == [f"re: {question}" for question in QUESTIONS]
    assert [len(file.splitlines()) for file in batches.uploads.values()] == [5, 2]
    assert (budget.spent.calls, budget.spent.lost) == (5, 2)  # the provider may charge for what it did not show


async def interrupted(endpoint, budget, *, when):
    """Ask all questions, and go away once something has happened."""
    asking = asyncio.ensure_future(ask(endpoint, budget))
    while not when():
        await asyncio.sleep(0.02)
    asking.cancel()


def steps(journal) -> list[Step]:
    return [kept.step for kept in read_journal(journal)]


def test_who_comes_after_a_crash_takes_the_batch_up_and_pays_once(open_at, tmp_path) -> None:
    first, journal, gone = Budget(Limits(usd=0.5)), tmp_path / "job.batches", threading.Event()
    batches = Batches(meets=lambda asked: Fault.HANG if asked.method == "GET" and not gone.is_set() else Fault.NONE)
    with ScriptedEndpoint(echo, batches=batches) as served:
        with open_at(served, first) as endpoint:
            asyncio.run(interrupted(endpoint, first.within(), when=lambda: Step.MADE in steps(journal)))
        gone.set()
        [kept] = read_journal(journal)
        assert (kept.step, kept.batch_id, len(kept.requests)) == (Step.MADE, "batch_1", 5)
        assert (first.spent.lost, first.spent.calls) == (5, 0)
        second = Budget(Limits(usd=first.spent.lost_usd * 1.01), spent=first.spent)  # no room to ask them again
        with open_at(served, second) as endpoint:
            assert asyncio.run(ask(endpoint, second.within())) == [f"re: {question}" for question in QUESTIONS]
    assert (len(batches.uploads), len(batches.made), len(batches.lines)) == (1, 1, 5)
    spent = second.spent
    assert (spent.calls, spent.cached, spent.lost, spent.lost_tokens) == (5, 5, 0, 0)
    assert spent.usd == pytest.approx(5 * (100 * 1 + 10 * 4) / 1e6)


def test_replies_that_cannot_be_read_any_more_are_lost_and_those_that_cannot_for_now_are_not(open_at, tmp_path) -> None:
    met = []

    def meets(asked):
        met.append(asked.path)
        about = (asked.method, asked.path) == ("POST", "/v1/batches") or asked.path.endswith("/content")
        return Fault.RESET if about and met.count(asked.path) == 1 else Fault.NONE

    batches, budget = Batches(meets=meets), Budget()
    with ScriptedEndpoint(echo, batches=batches) as served, open_at(served, budget) as endpoint:
        assert asyncio.run(ask(endpoint, budget)) == [f"re: {question}" for question in QUESTIONS]
        assert (len(batches.made), budget.spent.calls, budget.spent.lost) == (1, 5, 0)
        batches.meets = lambda asked: Fault.RESET if asked.path.endswith("/content") else Fault.NONE
        for _ in range(2):  # what may be had later is not asked again
            [reply] = asyncio.run(ask(endpoint, budget, ["Yet another?"]))
            assert "the replies of batch batch_2 cannot be read" in str(reply)
        batches.meets = lambda _: Fault.NONE
        endpoint.close()
        endpoint = open_at(served, budget)
        assert asyncio.run(ask(endpoint, budget, ["Yet another?"])) == ["re: Yet another?"]
        assert (len(batches.made), budget.spent.calls, budget.spent.lost) == (2, 6, 0)
        batches.meets = lambda asked: batches.outputs.clear() or Fault.NONE
        [reply] = asyncio.run(ask(endpoint, budget, ["Another?"]))
        endpoint.close()
    assert "the replies of batch batch_3 cannot be read" in str(reply)
    assert (budget.spent.calls, budget.spent.lost, read_journal(tmp_path / "job.batches")) == (6, 1, ())


@pytest.mark.parametrize("fault", [Fault.RESET, Fault.HANG], ids=["made", "not made"])
def test_a_crash_between_upload_and_creation_neither_uploads_nor_makes_twice(open_at, tmp_path, fault) -> None:
    hit = []

    def meets(asked):
        if (asked.method, asked.path) != ("POST", "/v1/batches") or hit:
            return Fault.NONE
        hit.append(asked)
        return fault

    batches, budget = Batches(meets=meets), Budget()
    with ScriptedEndpoint(echo, batches=batches) as served:
        with open_at(served, budget, first_wait_seconds=30.0) as endpoint:
            asyncio.run(interrupted(endpoint, budget, when=lambda: hit))
        assert [one.step for one in read_journal(tmp_path / "job.batches")] == [Step.UPLOADED]
        with open_at(served, budget) as endpoint:
            assert asyncio.run(ask(endpoint, budget)) == [f"re: {question}" for question in QUESTIONS]
    assert (len(batches.uploads), len(batches.made), len(batches.lines)) == (1, 1, 5)
    assert (budget.spent.calls, budget.spent.lost) == (5, 0)


def test_what_was_never_sent_is_given_back(open_at, tmp_path) -> None:
    budget = Budget()
    with BatchJournal(tmp_path / "job.batches") as journal:
        journal.gathered([Named("k", 100, 0.1, 10)])
    budget.reserve(Named("k", 100, 0.1, 10).worst).result().lose()
    with ScriptedEndpoint(echo, batches=Batches()) as served, open_at(served, budget):
        pass
    assert (budget.spent.lost, budget.spent.lost_tokens, read_journal(tmp_path / "job.batches")) == (0, 0, ())
    assert served.asked == []


def test_the_journal_survives_half_a_line_and_goes_on_counting(tmp_path) -> None:
    path = tmp_path / "job.batches"
    with BatchJournal(path) as journal:
        journal.made(journal.gathered([Named("k", 1, 0.5, 2)]), "batch_1")
    with path.open("ab") as file:
        file.write(b'{"number":2,"step":"gath')
    with BatchJournal(path) as journal:
        [kept] = journal.open_batches
        assert (kept.number, kept.batch_id, kept.requests) == (1, "batch_1", (Named("k", 1, 0.5, 2),))
        assert journal.gathered([]) == 2
    assert [one.number for one in read_journal(path)] == [1, 2]


def test_a_request_is_reserved_before_it_enters_a_batch(open_at) -> None:
    budget = Budget(Limits(tokens=5_000))
    with ScriptedEndpoint(echo, batches=Batches()) as served, open_at(served, budget) as endpoint:
        assert all(isinstance(one, BudgetExhausted) for one in asyncio.run(ask(endpoint, budget)))
        assert served.asked == []


def test_batches_need_a_cache() -> None:
    with pytest.raises(NotConfigured, match="cache"):
        Endpoint(AccessSettings(model="m"), batching=Batching("x", Budget()))
