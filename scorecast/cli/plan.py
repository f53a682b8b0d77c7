"""``scorecast plan``: which benchmarks, and which experiments, are worth running."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scorecast.cli import own_options as own

if TYPE_CHECKING:
    from predictors.joint import JointProcess
    from records.benchmark import Benchmark
    from records.history import History
    from records.names.catalogue import Catalogue
    from scorecast.choosing.benchmarks import Subject, Wishes
    from scorecast.questions.planned import OwnModel
    from scorecast.workspace import Workspace

app = typer.Typer(help="Choose what to run: benchmarks for a subset, experiments for a target.", no_args_is_help=True)

Names = Annotated[list[str] | None, typer.Option("--from", help="Benchmarks to plan with; names, commas or repeated.")]
Budget = Annotated[str, typer.Option("--budget", help="What the choice may cost together.")]
CostFile = Annotated[
    Path | None,
    typer.Option("--costs", help="CSV with benchmark, cost (or per_item) and perhaps model. Default: 1 each."),
]
PerItem = Annotated[str, typer.Option("--cost-per-item", help="What an item costs where the file tells nothing.")]
Must = Annotated[list[str] | None, typer.Option("--must", help="Choose these whatever they tell.")]
Barred = Annotated[list[str] | None, typer.Option("--not", help="Do not choose these.")]
Least = Annotated[int, typer.Option("--least", min=1, help="Without --from: scores that a benchmark must have.")]
AsOf = Annotated[str, typer.Option("--as-of", help="Know only what was published by this date.")]
Known = Annotated[list[str] | None, typer.Option("--known", "-k", help="BENCHMARK=SCORE of the first model.")]
Published = Annotated[
    bool, typer.Option("--as-published", help="Count benchmarks as often as models publish scores on them.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


@app.command("subset")
def subset(
    *,
    size: Annotated[int | None, typer.Option("--size", "-n", min=1, help="How many benchmarks to choose.")] = None,
    names: Names = None,
    budget: Budget = "",
    costs: CostFile = None,
    cost_per_item: PerItem = "",
    must: Must = None,
    barred: Barred = None,
    by: Annotated[
        str,
        typer.Option("--by", help="error, information (both greedy), clusters (of scores) or texts (of descriptions)."),
    ] = "error",
    published: Published = False,
    model: Annotated[str, typer.Option("--model", "-m", help="For this model. Default: any new release.")] = "",
    known: Known = None,
    released: own.Released = "",
    params_b: own.Parameters = None,
    family: own.Family = "",
    organisation: own.Organisation = "",
    reasoning: own.Reasoning = None,
    least: Least = 5,
    as_of: AsOf = "",
    json: AsJson = False,
) -> None:
    """Choose the benchmarks from which the others are best recovered, and show what each adds.

    scorecast plan subset --size 5

    scorecast plan subset --budget 40 --costs costs.csv --must gpqa_diamond --not arena_hard --by clusters
    """
    from planning.subset import Way
    from records.errors import UsageError
    from scorecast.choosing.benchmarks import choose_subset, new_release, pool
    from scorecast.cli import session
    from scorecast.cli.output import console, print_json
    from scorecast.cli.plan_tables import subset_json, subset_table

    if by not in set(Way):
        raise UsageError(f"--by takes {', '.join(Way)}; found {by!r}.")
    day = _day(as_of)
    told = _own_model(
        released=released, params_b=params_b, family=family, organisation=organisation, reasoning=reasoning
    )
    with session.workspace(quiet=json) as workspace:
        catalogue = workspace.store.catalogue()
        wishes = _wishes(catalogue, size, budget, costs, cost_per_item, must, barred)
        named = _benchmarks(catalogue, names)
        subject = _subject(catalogue, model, day, told, known or ()) if model else new_release(day)
        if not model and (told.told or known):
            raise UsageError("Name the model that these options describe: --model.")
        history, predictor = _joint(workspace, day)
        benchmarks = pool(history, named, least=least)
        chosen = choose_subset(
            predictor,
            history,
            benchmarks,
            wishes,
            subject=subject,
            way=Way(by),
            published=published,
            distances=predictor.unlike_texts(benchmarks) if by == Way.TEXTS else None,
        )
    if json:
        print_json(subset_json(chosen))
        return
    console().print(subset_table(chosen))
    console().print("Error: expected, median over the benchmarks not chosen. Adds: taken off the mean of them all.")
    _tell_costless(len(chosen.costless))


@app.command("next")
def next_experiments(
    *,
    target: Annotated[str, typer.Option("--target", help="profile, threshold or order.", show_default=False)],
    model: Annotated[
        list[str], typer.Option("--model", "-m", help="The model; for an order repeat it.", show_default=False)
    ],
    benchmark: Annotated[str, typer.Option("--benchmark", "-b", help="Benchmark of a threshold or an order.")] = "",
    threshold: Annotated[float | None, typer.Option("--threshold", "-t", help="The score to reach.")] = None,
    size: Annotated[int | None, typer.Option("--size", "-n", min=1, help="How many experiments at most.")] = None,
    also: Annotated[
        list[str] | None, typer.Option("--also", help="Further models that could be run, such as smaller ones.")
    ] = None,
    names: Names = None,
    budget: Budget = "",
    costs: CostFile = None,
    cost_per_item: PerItem = "",
    barred: Barred = None,
    known: Known = None,
    released: own.Released = "",
    params_b: own.Parameters = None,
    family: own.Family = "",
    organisation: own.Organisation = "",
    reasoning: own.Reasoning = None,
    published: Published = False,
    least: Least = 5,
    most: Annotated[int, typer.Option("--most", min=1, help="Candidates to show.")] = 10,
    as_of: AsOf = "",
    json: AsJson = False,
) -> None:
    """Rank the experiments that would make a target less uncertain, and choose a batch for a budget.

    scorecast plan next --target profile --model Qwen3-32B --size 5

    scorecast plan next --target threshold -m GPT-4.1 -b swe_bench_verified -t 60 --not swe_bench_verified --budget 3

    scorecast plan next --target order -m o3-high -m DeepSeek-R1 -b frontiermath --budget 4
    """
    from records.errors import UsageError
    from scorecast.choosing.benchmarks import pool
    from scorecast.choosing.cells import Kind, Wanted, choose_cells
    from scorecast.cli import session
    from scorecast.cli.output import console, print_json
    from scorecast.cli.plan_tables import batch_table, cells_json, ranking_table, target_told

    if target not in set(Kind):
        raise UsageError(f"--target takes {', '.join(Kind)}; found {target!r}.")
    day = _day(as_of)
    told = _own_model(
        released=released, params_b=params_b, family=family, organisation=organisation, reasoning=reasoning
    )
    with session.workspace(quiet=json) as workspace:
        catalogue = workspace.store.catalogue()
        wishes = _wishes(catalogue, size, budget, costs, cost_per_item, None, barred)
        named = _benchmarks(catalogue, names)
        first, *others = _listed(model)
        wanted = Wanted(
            kind=Kind(target),
            subjects=(
                _subject(catalogue, first, day, told, known or ()),
                *(_subject(catalogue, name, day) for name in others),
            ),
            benchmark=catalogue.benchmark(benchmark) if benchmark else None,
            at=threshold,
            published=published,
        )
        history, predictor = _joint(workspace, day)
        chosen = choose_cells(
            predictor,
            history,
            pool(history, named, least=least),
            wishes,
            wanted=wanted,
            also=[_subject(catalogue, name, day) for name in _listed(also)],
        )
    if json:
        print_json(cells_json(chosen))
        return
    screen = console()
    screen.print(target_told(chosen), highlight=False)
    screen.print(batch_table(chosen))
    screen.print(ranking_table(chosen, most=most))
    _tell_costless(chosen.costless)


def _joint(workspace: Workspace, day: dt.date) -> tuple[History, JointProcess]:
    """What is known by a day, and the Gaussian process fitted on it, from the cache where it is there."""
    from predictors.joint import JointProcess, predictor

    history = workspace.store.history(as_of=day)
    return history, JointProcess.of(workspace.fits().fit(predictor(), history))


def _day(as_of: str) -> dt.date:
    from records.errors import UsageError
    from scorecast.cli import session

    today = session.today()
    day = session.parse_date(as_of, "--as-of") if as_of else today
    if day > today:
        raise UsageError(f"The as-of date {day} lies in the future; today is {today}.")
    return day


def _own_model(
    *, released: str, params_b: float | None, family: str, organisation: str, reasoning: bool | None
) -> OwnModel:
    from scorecast.cli import session
    from scorecast.questions.planned import OwnModel

    return OwnModel(
        released=session.parse_date(released, "--released") if released else None,
        params_b=params_b,
        family=family,
        organisation=organisation,
        reasoning=reasoning,
    )


def _listed(told: Sequence[str] | None) -> list[str]:
    """Names that were given with commas or one by one."""
    return [name for one in told or () for name in (part.strip() for part in one.split(",")) if name]


def _benchmarks(catalogue: Catalogue, told: Sequence[str] | None) -> list[Benchmark]:
    found = [catalogue.benchmark(name) for name in _listed(told)]
    return list({benchmark.id: benchmark for benchmark in found}.values())


def _subject(
    catalogue: Catalogue, name: str, day: dt.date, told: OwnModel | None = None, known: Sequence[str] = ()
) -> Subject:
    from scorecast.choosing.benchmarks import Subject
    from scorecast.questions.planned import OwnModel, subject_of

    return Subject(*subject_of(catalogue, model=name, as_of=day, own=told or OwnModel(), known=known))


def _wishes(
    catalogue: Catalogue,
    size: int | None,
    budget: str,
    costs: Path | None,
    per_item: str,
    must: Sequence[str] | None,
    barred: Sequence[str] | None,
) -> Wishes:
    from planning.limits import exact_cost
    from scorecast.choosing.benchmarks import Wishes
    from scorecast.choosing.costs import costs_of

    return Wishes(
        size=size,
        budget=exact_cost(budget, "the whole choice") if budget else None,
        must=tuple(benchmark.id for benchmark in _benchmarks(catalogue, must)),
        barred=frozenset(benchmark.id for benchmark in _benchmarks(catalogue, barred)),
        costs=costs_of(catalogue, costs, per_item=per_item),
    )


def _tell_costless(count: int) -> None:
    if count:
        typer.echo(f"{count:,} could not be chosen, since their cost is not told: name them in --costs.", err=True)
