"""The tools that describe a model or a benchmark, and the same facts as prompts tell them."""

from __future__ import annotations

from pydantic import Field

from agent.quoting import disarmed, one_line
from agent.tools.conditions import Arguments
from agent.tools.desk import Desk
from records.benchmark import Benchmark
from records.history import History
from records.metric import Metric
from records.model import Model
from records.names.fold import fold


class DescribeModel(Arguments):
    """Tell what is known of a model before any score: maker, family, size, release date, whether it reasons."""

    name: str = Field(min_length=1, max_length=200, description="Name or id of a model.")


class DescribeBenchmark(Arguments):
    """Tell what a benchmark asks, how it is graded, its metric, chance level and number of items."""

    name: str = Field(min_length=1, max_length=200, description="Name or id of a benchmark.")


def describe_model(desk: Desk, told: DescribeModel) -> str:
    """Show what is known of a model; of the asked one, what the question tells."""
    asked = desk.question.model
    if _names(told.name, asked.id, asked.name, *asked.aliases):
        return asked_model(desk)
    return "\n".join(desk.show([desk.search.describe_model(told.name)])) or "nothing is known of it"


def describe_benchmark(desk: Desk, told: DescribeBenchmark) -> str:
    """Show what a benchmark asks; of the asked one, what the question tells."""
    asked = desk.question.benchmark
    if _names(told.name, asked.id, asked.name, *asked.aliases):
        return asked_benchmark(desk)
    return "\n".join(desk.show([desk.search.describe_benchmark(told.name)])) or "nothing is known of it"


def asked_model(desk: Desk) -> str:
    """Tell what is known of the asked model, and note it as shown: it may be cited."""
    asked = desk.question.model
    desk.shown[f"model:{asked.id}"] = None
    return f"[model:{asked.id}] {model_facts(asked)}; {model_scores(desk.history, asked)}"


def asked_benchmark(desk: Desk) -> str:
    """Tell what the asked benchmark is, and note it as shown: it may be cited."""
    asked = desk.question.benchmark
    desk.shown[f"benchmark:{asked.id}"] = None
    return f"[benchmark:{asked.id}] {benchmark_facts(desk.history, asked)}"


def model_facts(model: Model) -> str:
    """Tell a model's properties; what is unknown is left out."""
    facts = {
        "name": model.name,
        "id": model.id,
        "organisation": model.organisation,
        "family": model.family,
        "effort": model.effort,
        "reasoning": {True: "yes", False: "no", None: ""}[model.reasoning],
        "parameters (billions)": model.params_b,
        "active parameters (billions)": model.active_params_b,
        "training tokens (trillions)": model.training_tokens_t,
        "released": model.released,
    }
    return "; ".join(f"{key}: {one_line(str(value))}" for key, value in facts.items() if value not in (None, ""))


def benchmark_facts(history: History, benchmark: Benchmark) -> str:
    """Tell a benchmark's properties and its description, which quotes no withheld score."""
    metric = benchmark.metric
    facts = {
        "name": benchmark.name,
        "id": benchmark.id,
        "domain": benchmark.domain,
        "answer format": benchmark.answer_format,
        "metric": f"{metric.name} in {metric.unit.value}, {bounds(metric)}, {direction(benchmark)}",
        "chance level": "" if metric.chance is None else f"{metric.chance:g}",
        "items": benchmark.items,
        "released": benchmark.released,
        "models with a visible score": len(history.models_on.get(benchmark.id, ())),
    }
    lines = "; ".join(f"{key}: {one_line(str(value))}" for key, value in facts.items() if value not in (None, ""))
    return f"{lines}\n{disarmed(history.describe(benchmark), longest=3_000)}".strip()


def model_scores(history: History, model: Model) -> str:
    """Tell on how many benchmarks a model has a visible score."""
    return f"benchmarks with a visible score: {len(history.benchmarks_of.get(model.id, ()))}"


def bounds(metric: Metric) -> str:
    """Say between which bounds scores lie."""
    if metric.lower is None and metric.upper is None:
        return "without bounds"
    low = "" if metric.lower is None else f"from {metric.lower:g}"
    high = "without an upper bound" if metric.upper is None else f"to {metric.upper:g}"
    return f"{low} {high}".strip()


def direction(benchmark: Benchmark) -> str:
    """Say which way is better."""
    return "higher is better" if benchmark.metric.higher_is_better else "lower is better"


def _names(told: str, *names: str) -> bool:
    return fold(told) in {fold(name) for name in names}
