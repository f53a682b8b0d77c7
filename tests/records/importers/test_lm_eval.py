"""lm-evaluation-harness: both layouts, filters, groups, limits and the errors it prints."""

import copy
import datetime as dt
import math

import pytest

RUN = {
    "results": {"quiz": {"alias": "quiz", "acc,none": 0.5, "acc_stderr,none": 0.025, "sample_len": 400}},
    "group_subtasks": {"quiz": []},
    "configs": {"quiz": {"num_fewshot": 5}},
    "versions": {"quiz": 1.0},
    "n-shot": {"quiz": 5},
    "higher_is_better": {"quiz": {"acc": True}},
    "n-samples": {"quiz": {"original": 400, "effective": 400}},
    "config": {"model_args": "pretrained=lab/Tiny-7B", "model_num_parameters": 7_000_000_000, "limit": None},
    "date": 1767225600.5,
    "lm_eval_version": "0.4.9",
    "model_name": "lab/Tiny-7B",
}


def run(quiz=None, /, **top):
    changed = copy.deepcopy(RUN)
    if quiz is not None:
        changed["results"] = {"quiz": quiz}
    changed.update(top)
    return changed


def test_a_run_is_taken_with_shots_items_error_and_date(import_json):
    batch = import_json(RUN)
    (record,) = batch.records
    assert (record.model, record.benchmark, record.metric) == ("tiny-7b", "quiz", "")
    assert (record.value, record.standard_error, record.items) == (50.0, 2.5, 400)
    assert (record.setting.shots, record.setting.harness) == (5, "lm-eval 0.4.9")
    assert record.published == dt.date(2026, 1, 1)
    assert batch.report.skipped == {"bookkeeping entries": 2}


@pytest.mark.parametrize(("told", "remark"), [(0.0, "recomputed as 0.025"), (0.9, "recomputed"), ("x", "recomputed")])
def test_an_impossible_error_is_recomputed_with_a_remark(import_json, told, remark):
    batch = import_json(run({"acc,none": 0.5, "acc_stderr,none": told}))
    assert batch.records[0].standard_error == pytest.approx(100 * math.sqrt(0.25 / 400))
    assert any(remark in text for text in batch.report.remarks)


def test_an_error_that_is_not_available_is_unknown(import_json):
    assert import_json(run({"acc,none": 0.5, "acc_stderr,none": "N/A"})).records[0].standard_error is None


def test_a_perfect_score_has_no_error_of_zero(import_json):
    assert import_json(run({"acc,none": 1.0, "acc_stderr,none": 0.0})).records[0].standard_error is None


def test_the_headline_metric_is_what_the_catalogue_says(import_json):
    results = {"hellaswag": {"acc,none": 0.4, "acc_norm,none": 0.6}}
    records = import_json(run(**{"results": results, "n-samples": {}})).records
    assert {(r.metric, r.value) for r in records} == {("acc", 40.0), ("", 60.0)}


def test_of_several_filters_the_strict_one_leads(import_json):
    results = {"exact_match,flexible-extract": 0.6, "exact_match,strict-match": 0.5}
    records = import_json(run(results)).records
    assert {(r.metric, r.value) for r in records} == {("", 50.0), ("exact_match:flexible-extract", 60.0)}


def test_groups_and_subtasks_are_benchmarks_of_their_own_that_know_each_other(import_json):
    accuracy = {"acc,none": 0.5}
    batch = import_json(
        run(
            **{
                "results": dict.fromkeys(["exam", "exam_law", "exam_art"], accuracy) | {"heading": {"acc,none": " "}},
                "group_subtasks": {"exam": ["exam_law", "exam_art"]},
                "n-samples": {name: {"original": 10, "effective": 10} for name in ("exam_law", "exam_art")},
            },
        )
    )
    assert {b.id: b.part_of for b in batch.benchmarks} == {
        "exam": (),
        "exam_law": ("exam",),
        "exam_art": ("exam",),
    }
    assert {r.benchmark: r.items for r in batch.records} == {"exam": 20, "exam_law": 10, "exam_art": 10}
    assert batch.report.skipped == {"groups without a score of their own": 1}


def test_a_partial_run_is_refused_unless_accepted(import_json):
    part = run(**{"n-samples": {"quiz": {"original": 400, "effective": 20}}})
    assert "only a part" in import_json(part).report.refused[0].reason
    batch = import_json(part, accept_partial=True)
    assert batch.records[0].items == 20
    assert any("20 of 400 items" in remark for remark in batch.report.remarks)


def test_a_limit_that_covers_all_items_is_no_part(import_json):
    assert import_json(run(config={"limit": 1000})).report.taken == 1


def test_a_limit_without_counts_is_a_part(import_json):
    report = import_json(run(**{"config": {"limit": 10}, "n-samples": {}})).report
    assert "only a part" in report.refused[0].reason


@pytest.mark.parametrize(
    ("results", "reason"),
    [
        ({"mystery,none": 0.5}, "scale of the metric 'mystery' is not known"),
        ({"acc,none": 50.0}, "outside the bounds"),
        ({"acc,none": "high"}, "finite number"),
        ({"acc,none": -0.1}, "outside the bounds"),
    ],
)
def test_unknown_metrics_and_impossible_values_are_refused(import_json, results, reason):
    assert reason in import_json(run(results)).report.refused[0].reason


def test_a_direction_that_contradicts_the_metric_is_refused(import_json):
    report = import_json(run(higher_is_better={"quiz": {"acc": False}})).report
    assert "lower is better" in report.refused[0].reason


def test_perplexity_is_a_metric_of_its_own_where_lower_is_better(import_json):
    results = {"wikitext": {"word_perplexity,none": 12.5, "word_perplexity_stderr,none": "N/A"}}
    batch = import_json(run(**{"results": results, "n-samples": {}}))
    metric = batch.benchmarks[0].metric
    assert (batch.records[0].value, metric.unit.value, metric.higher_is_better) == (12.5, "points", False)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ("pretrained=lab/Small,revision=step1000", "small@step1000"),
        ({"pretrained": "lab/Small", "revision": "main"}, "small"),
        ("pretrained=lab/Small,peft=lab/tuned", "small+lab-tuned"),
        ("pretrained=/srv/models/My-Llama", "my-llama"),
        ("pretrained=./runs/mine/checkpoint-500,dtype=auto", "mine-checkpoint-500"),
        ("pretrained=C:\\\\models\\\\My-Llama", "my-llama"),
        ("pretrained=/cache/hub/models--lab--Small-7B/snapshots/0a1b2c", "small-7b"),
        ("pretrained=lab/Small,peft=/srv/ada/tuned", "small+tuned"),
    ],
)
def test_checkpoints_and_adapters_are_models_of_their_own(import_json, arguments, name):
    changed = run(config={"model_args": arguments})
    del changed["model_name"]
    assert import_json(changed).records[0].model == name


LEGACY = {"results": {"quiz": {"acc": 0.5, "acc_stderr": 0.02}}, "versions": {"quiz": 0}}


def test_a_legacy_file_needs_its_model_from_the_user(import_json, today):
    assert "no model is named" in import_json(LEGACY).report.refused[0].reason
    batch = import_json(LEGACY, model="Tiny 7B", published=dt.date(2023, 1, 1))
    (record,) = batch.records
    assert (record.model, record.published, record.standard_error) == ("tiny-7b", dt.date(2023, 1, 1), 2.0)
    assert batch.report.format == "lm-evaluation-harness (legacy)"


def test_without_any_date_the_day_of_the_import_stands_in_and_says_so(import_json, today):
    batch = import_json(LEGACY, model="Tiny 7B")
    assert (batch.records[0].published, batch.records[0].date_basis) == (today, "snapshot")
    assert any("no date is told" in remark for remark in batch.report.remarks)
