"""`report` writes a page of either kind of table, and refuses what is neither in one sentence."""

import json

import pandas as pd
import pytest

from rlvr_direction import records
from rlvr_direction.report import ReportSettings, report, report_html, texts_html

TOPS = {f"{model}_top_{k}": "z" for model in ("base", "rl") for k in range(1, 6)}
KEY = {"problem_id": 0, "sample_id": 0}
TOKEN = {"text_id": 0, "source": "", "position": 0, "token_id": 5, "token": "a", "delta_logp": 0.5}
KEPT = pd.DataFrame(
    [
        {**KEY, **TOKEN, **TOPS, **{f"{name}_logp": -1.0 for name in TOPS}}
        | {"prompt": "p", "answer": "1", "proposal": "a", "proposal_delta_logp": 0.5, "selected": False}
    ]
)
RESPONSES = pd.DataFrame(
    [{**KEY, "intervention": "i", "correct": True, "finished": True, "n_tokens": 1, "n_selected": 0, "n_changed": 0}]
)


@pytest.fixture
def saved(tmp_path):
    """A function: save a table under this name, and return its path."""
    return lambda name, table: records.save(table, tmp_path / name, metadata={})


def test_responses_are_read_with_their_tokens_and_a_page_is_kept_unless_forced(saved, tmp_path):
    decoded, out = saved("d.parquet", RESPONSES), tmp_path / "deep" / "r.html"
    with pytest.raises(FileNotFoundError, match=r"d\.tokens\.parquet is not a file"):
        report(ReportSettings(decoded, out))
    saved("d.tokens.parquet", KEPT)
    assert report(ReportSettings(decoded, out)) == out
    assert out.read_text() == report_html(RESPONSES, KEPT)
    with pytest.raises(FileExistsError, match="--force"):
        report(ReportSettings(decoded, out))
    assert report(ReportSettings(decoded, out, force=True)) == out


def test_a_token_table_needs_no_other_file_and_shows_the_prompts_it_is_given(saved, tmp_path):
    table, out, prompts = pd.DataFrame([TOKEN]), tmp_path / "r.html", tmp_path / "texts.jsonl"
    scores = saved("scores.parquet", table)
    assert report(ReportSettings(scores, out)).read_text() == texts_html(table)
    prompts.write_text(json.dumps({"prompt": [{"role": "user", "content": "1+1="}], "response": "a"}) + "\n")
    page = report(ReportSettings(scores, out, prompts=prompts, force=True)).read_text()
    assert page == texts_html(table, prompts=["1+1="])


@pytest.mark.parametrize("columns", [["text_id", "response"], ["problem_id", "sample_id", "correct"]])
def test_a_table_of_another_kind_is_refused(saved, tmp_path, columns):
    with pytest.raises(ValueError, match=r"expected a table that `rlvr-direction decode` or `rlvr-direction score`"):
        report(ReportSettings(saved("t.parquet", pd.DataFrame([dict.fromkeys(columns, 1)])), tmp_path / "r.html"))
    assert not (tmp_path / "r.html").exists()
