"""The compiler on the public tables: same input, same bytes, and every row accounted for."""

from __future__ import annotations

import contextlib
import io

import pytest

from records.corpus.compile.__main__ import main
from records.corpus.compile.compiler import write_corpus
from records.corpus.compile.ranking import READERS
from records.corpus.compile.raw import Passed
from records.corpus.load import FOLDER, load_corpus

pytestmark = [pytest.mark.shared_data, pytest.mark.xdist_group("corpus")]  # compiled once, for all of them
COMPILED = ("models.csv", "records.csv")


@pytest.fixture(scope="module")
def run(shared_data, tmp_path_factory):
    """What the command line writes and tells, with its exit code."""
    folder, told = tmp_path_factory.mktemp("corpus"), io.StringIO()
    with contextlib.redirect_stdout(told):
        code = main(["--data", str(shared_data), "--output", str(folder)])
    return folder, told.getvalue(), code


def test_the_committed_files_are_what_the_compiler_writes(run):
    folder, _, code = run
    assert code == 0
    for name in COMPILED:
        assert (folder / name).read_bytes() == (FOLDER / name).read_bytes(), f"{name}: run `make corpus`"


def test_compiling_twice_gives_identical_bytes(run, compiled, tmp_path):
    write_corpus(compiled, tmp_path)
    for name in COMPILED:
        assert (run[0] / name).read_bytes() == (tmp_path / name).read_bytes()


def test_the_report_tells_counts_and_reasons(run):
    for words in ("Taken", "Left out", "open_llm_leaderboard_v1", "known to be wrong", "records,"):
        assert words in run[1]


def test_what_is_written_loads_as_the_same_records(compiled):
    loaded = {record.id: record for record in load_corpus().records}
    assert loaded.keys() == {record.id for record in compiled.records}
    for record in compiled.records[::97]:
        assert loaded[record.id].model_copy(update={"url": record.url}) == record


def test_every_row_is_taken_refused_repeated_or_passed_over(compiled, shared_data):
    read = [row for reader in READERS.values() for row in reader(shared_data)]
    passed = sum(isinstance(row, Passed) for row in read)
    assert passed == sum(compiled.passed.values())
    assert len(read) - passed == len(compiled.records) + len(compiled.refused) + sum(compiled.repeated.values())
    assert all(row.reason and row.where for row in compiled.refused)


def test_a_missing_folder_is_told_in_one_line(tmp_path, capsys):
    assert main(["--data", str(tmp_path / "nowhere")]) == 2
    assert "give the folder of the public tables" in capsys.readouterr().err
