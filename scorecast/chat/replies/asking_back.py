"""Asking back, and saying what can be asked: the replies that need no forecast."""

from __future__ import annotations

from scorecast.chat.replies.markdown import blocks, code, plain
from scorecast.chat.understanding.intent import Intent, Topic, Unclear, What
from scorecast.chat.understanding.spotting import Names

HELP = """\
I forecast the score that a model will get on a benchmark before anyone runs it, with a calibrated distribution and \
the evidence behind it. I understand plain questions by matching names and a few phrases, and keep track of what we \
talk about:

- *What will Qwen3-32B get on GPQA diamond?* then *Will it pass 60?*, *with 5 shots*, *and on AIME 2025?*, *why?*, \
*show the evidence*
- *Which is better on GPQA diamond, o3 or GPT-5?* then *compare with Grok 4*
- *... as of March 2025* knows only what was public then; *ignore the reported score* forecasts as if none were known
- *What is known about GPT-5 on FrontierMath?*, *Which model is best on HLE?*
- *What is GPQA diamond?*, *Tell me about Kimi K2*

A model that only you know (a new one, a fine-tuned or quantised one) is forecast from what you tell of it: `scorecast \
forecast --model my-model --params-b 8 --known gpqa_diamond=71 --benchmark aime_2025`, or `POST /v1/forecasts`.

Every forecast is entered in the ledger before you see it, under the id that stands below it; *start over* makes me \
forget. How good earlier forecasts turned out: `scorecast track-record`, or `GET /v1/track-record`."""

COURTESY = "You are welcome. Name another model or benchmark whenever you like."
RESET = "Forgotten. What would you like to know?"
OTHER = (
    "I did not understand that. I answer questions about scores of models on benchmarks, such as *What will "
    "Qwen3-32B get on GPQA diamond?*; say *help* for what else."
)


def unclear(told: Unclear, names: Names) -> str:
    """Say which name was not understood, with what is near."""
    name = code(told.name)
    if told.ambiguous:
        opening = f"{name} may be several {told.what.value}s. Which one?"
    elif len(told.candidates) == 1:
        thing = names.find(told.candidates[0])
        called = f" ({plain(thing.name)})" if thing and thing.name != told.candidates[0] else ""
        return f"I know no {told.what.value} called {name}. Did you mean {code(told.candidates[0])}{called}?"
    elif told.candidates:
        opening = f"I know no {told.what.value} called {name}. Did you mean one of these?"
    else:
        own = "" if told.what is What.BENCHMARK else (
            " A model of your own can be forecast from what you know of it: `scorecast forecast --model NAME --known "
            "BENCHMARK=SCORE ...`, or `POST /v1/forecasts`."
        )  # fmt: skip
        return f"I know no {told.what.value} called {name}, and none with a name like it.{own}"
    return blocks(opening, _offer(told, names), "Answer with a name or its number.")


def read_as(intent: Intent) -> str:
    """Say how a language model read a message, so that a wrong reading is seen."""
    return f"Read by {plain(intent.read_by)} as: {plain(reading(intent), longest=600)}."


def reading(intent: Intent) -> str:
    """Tell what a message asks for, by ids."""
    topic = intent.topic
    told = [
        " and ".join(model.id for model in topic.models),
        f"on {' and '.join(one.id for one in topic.benchmarks)}" if topic.benchmarks else "",
    ]
    more = [
        f"threshold {topic.threshold:g}" if topic.threshold is not None else "",
        str(topic.setting) if topic.setting.told() else "",
        f"as of {topic.as_of}" if topic.as_of else "",
        "reported scores ignored" if topic.withhold else "",
    ]
    return ", ".join([f"{intent.kind.value} {' '.join(filter(None, told))}", *filter(None, more)])


def incomplete(topic: Topic) -> str:
    """Ask for what is missing."""
    if topic.models and not topic.benchmarks:
        named = " and ".join(plain(model.name) for model in topic.models)
        return f"On which benchmark? For example: *{named} on GPQA diamond*."
    if topic.benchmarks:
        named = " and ".join(plain(benchmark.name) for benchmark in topic.benchmarks)
        return f"Of which model on {named}? For example: *Qwen3-32B*, or *which model is best on {named}?*"
    return "Of which model, and on which benchmark? For example: *What will Qwen3-32B get on GPQA diamond?*"


def complaint(intent: Intent) -> str:
    """Say why a question cannot be answered as asked."""
    return plain(intent.complaint, longest=600)


def _offer(told: Unclear, names: Names) -> str:
    lines = []
    for place, key in enumerate(told.candidates, 1):
        thing = names.find(key)
        lines.append(f"{place}. {code(key)}" + (f" {plain(thing.name)}" if thing and thing.name != key else ""))
    return "\n".join(lines)
