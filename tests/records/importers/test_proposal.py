"""A proposed mapping gives its reasons, and works when it is right."""

import pytest

from records.errors import ImportRefused
from records.importers import load_mapping, needs_mapping, propose_mapping


@pytest.fixture
def propose(tmp_path, catalogue):
    def run(text, name="table.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path, propose_mapping(path, names=catalogue)

    return run


def test_a_wide_table_is_proposed_by_the_names_of_its_columns(propose):
    _, proposal = propose("Model,Quiz,Arena,Colour\nA,0.5,1400,red\nB,0.6,1500,blue\n")
    assert {c: (r.benchmark, r.scale) for c, r in proposal.mapping.scores.items()} == {
        "Quiz": ("quiz", "fraction"),
        "Arena": ("arena", "native"),
    }
    assert proposal.left_out == ("Colour",)


def test_a_long_table_is_proposed_with_its_date_and_link(propose):
    text = "model,benchmark,score,date,url\nA,Quiz,50%,2026-01-02,https://example.org\n"
    mapping = propose(text)[1].mapping
    assert (mapping.benchmark, mapping.value, mapping.scale) == ("benchmark", "score", "text-percent")
    assert (mapping.published.column, mapping.url) == ("date", "url")


def test_a_proposal_is_a_mapping_file_whose_comments_tell_the_reasons(propose, tmp_path, import_file):
    path, proposal = propose("model,Quiz\nA,50\nB,60.5\n")
    text = proposal.to_yaml()
    assert "# - scores.Quiz: the catalogue knows it as quiz; its values go from 50 to 60.5" in text
    saved = tmp_path / "mapping.yaml"
    saved.write_text(text, encoding="utf-8")
    assert import_file(path, mapping=load_mapping(saved)).report.taken == 2


def test_a_column_that_is_left_out_and_scales_that_may_be_mixed_are_told(propose):
    _, proposal = propose('Model;Quiz;Arena\nA;"71,5";0.84\nB;60;84\n')
    assert "left out 'Quiz', known as quiz: '71,5' is no number (decimals have a point)" in proposal.reasons
    assert any("1 of them below 1" in reason for reason in proposal.reasons)


def test_where_nothing_names_the_benchmark_the_file_does_and_the_proposal_says_so(propose):
    _, proposal = propose("model,score\nA,50\n", "riddles_2026.csv")
    assert {c: (r.benchmark, r.scale) for c, r in proposal.mapping.scores.items()} == {
        "score": ("riddles_2026", "percent")
    }
    assert any("put its name there" in reason for reason in proposal.reasons)


@pytest.mark.parametrize("text", ["colour,Quiz\nred,1\n", "model,colour\nA,red\n"])
def test_a_table_without_models_or_scores_gets_no_proposal(propose, text):
    with pytest.raises(ImportRefused, match="no column"):
        propose(text)


def test_only_sound_tables_need_a_mapping(tmp_path):
    for name, text, needed in [
        ("a.csv", "model,Quiz\nA,50\n", True),
        ("b.json", '[{"model": "A"}]', True),
        ("c.json", '{"results": {"quiz": {"acc": 1}}, "versions": {}}', False),
        ("d.json", '{"broken', False),
        ("e.txt", "just a line", False),
    ]:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        assert needs_mapping(path) is needed, name
