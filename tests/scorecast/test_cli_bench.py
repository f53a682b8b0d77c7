"""``scorecast bench`` and ``scorecast audit`` on the starter corpus: verdicts, and errors in a sentence."""

from __future__ import annotations

import json

import pandas as pd
import pytest

pytestmark = pytest.mark.xdist_group("corpus")

SMALL = ("--folds", "2", "--limit", "60", "--as-of", "2023-12-31")  # when there were few records


def test_a_stranger_is_judged_beside_the_baselines_compared_and_audited(run, tmp_path) -> None:
    (tmp_path / "mine.py").write_text(
        "def guess(questions, history):\n    return [{0.1: 30.0, 0.5: 50.0, 0.9: 70.0} for q in questions]\n"
    )
    code, out, _ = run(
        "bench", "cells", *SMALL, "-f", "mine:guess", "--save-suite", "s.json", "--json", "a.json", "--html", "a.html"
    )
    assert code == 0
    assert all(name in out for name in ("mine:guess", "climatology *", "additive *", "low-rank *"))
    first = json.loads((tmp_path / "a.json").read_text())
    assert set(first["forecasters"]) == {"mine:guess", "climatology", "additive", "low-rank"}
    assert "<html" in (tmp_path / "a.html").read_text()

    assert run("bench", "questions", "s.json", "-o", "q.csv")[0] == 0
    asked = pd.read_csv(tmp_path / "q.csv")
    assert len(asked) == first["questions"]
    assert not {"observed", "outcome", "value"} & set(asked.columns)
    answers = [asked.assign(level=level, value=value) for level, value in ((0.1, 20.0), (0.5, 45.0), (0.9, 75.0))]
    table = pd.concat(answers).astype({"value": object})
    table.iloc[0, table.columns.get_loc("value")] = "many"
    table.to_csv(tmp_path / "mine.csv", index=False)
    code, out, err = run("bench", "cells", "--suite", "s.json", "-f", "mine.csv", "--json", "b.json")
    assert code == 0
    assert "row 2: value 'many' is no finite number" in err
    second = json.loads((tmp_path / "b.json").read_text())
    assert second["suite_hash"] == first["suite_hash"]
    assert second["forecasters"]["mine"]["failed"] >= 1
    assert second["forecasters"]["climatology"]["crps"] == first["forecasters"]["climatology"]["crps"]

    code, _, err = run("bench", "cells", "--suite", "s.json", "-f", "mine:guess", "--json", "mine.csv/a.json")
    assert code == 2
    assert "mine.csv/a.json: cannot be written" in err

    code, out, _ = run("bench", "compare", "a.json", "b.json")
    assert code == 0
    assert "Paired" in out

    code, out, _ = run("audit", "a.json")
    assert code == 0
    assert out.count("no leak was found") == 4


def test_a_stranger_that_opens_the_store_is_caught(run, tmp_path) -> None:
    (tmp_path / "thief.py").write_text(
        "import datetime as dt, os\n"
        "from records.store import Store\n"
        "def steal(questions, history):\n"
        "    with Store.open(f\"sqlite:///{os.environ['SCORECAST_HOME']}/scorecast.db\") as store:\n"
        "        frame = store.history(as_of=dt.date(2030, 1, 1)).records\n"
        "    told = frame.groupby(['model', 'benchmark'])['value'].median()\n"
        "    return [{0.1: told[q.cell] - 0.001, 0.9: told[q.cell] + 0.001} for q in questions]\n"
    )
    assert run("bench", "cells", *SMALL, "-f", "thief:steal", "--json", "t.json")[0] == 0
    code, out, _ = run("audit", "t.json")
    assert code == 1
    assert "LEAKING" in out
    assert out.count("no leak was found") == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("bench", "cells", "-f", "poll"), "pool"),
        (("bench", "cells", "-f", "no_such_module:answer"), "no_such_module"),
        (("bench", "cells", "-f", "json:nothing"), "no function"),
        (("bench", "new-model", "--shown", "few"), "whole numbers"),
        (("bench", "scale-up", "--ratios", "2,many"), "--ratios takes whole numbers"),
        (("bench", "ladder", "L9"), "L1"),
        (("bench", "cells", "--as-of", "yesterday"), "takes a date"),
        (("bench", "cells", "--without-source", "nowhere"), "known are"),
        (("bench", "cells", "--folds", "1000"), "folds"),
        (("bench", "benchpress", "--data", ".", "--protocol", "some"), "folds, releases, all"),
        (("audit", "ffffffffffff"), "No run"),
    ],
)
def test_what_makes_no_sense_ends_with_one_sentence_and_code_2(run, arguments, says) -> None:
    code, out, err = run(*arguments)
    assert code == 2
    assert says in err
    assert "Traceback" not in out + err
    assert len(err.splitlines()) <= 12


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("bench", "cells", "-f", "absent.csv"), "absent.csv"),
        (("bench", "cells", "--suite", "absent.json"), "absent.json"),
        (("bench", "questions", "absent.json", "-o", "q.csv"), "absent.json"),
        (("bench", "compare", "absent.json", "absent.json"), "absent.json"),
        (("bench", "benchpress", "--data", "absent"), "matrix.json"),
    ],
)
def test_a_file_that_is_not_there_is_named_with_code_1(run, arguments, says) -> None:
    code, out, err = run(*arguments)
    assert code == 1
    assert says in err
    assert "Traceback" not in out + err
