"""Decoding a file: what the command writes, and what it refuses."""

import json
import logging
import os
import shutil
from dataclasses import replace
from pathlib import Path

import datasets
import pandas as pd
import pytest

from rlvr_direction import records
from rlvr_direction.evaluation import RESPONSE_COLUMNS, decode_file, files, tokens_path
from rlvr_direction.lab.checkout import TOYS
from rlvr_direction.lab.tasks import TASKS
from rlvr_direction.scoring import TOKEN_COLUMNS, score_file, texts_path
from rlvr_direction.settings import DecodeSettings, ScoreSettings

TREE = {"where": "delta_logp<=-0.3", "task": "pointer_tree", "samples": 2, "batch_size": 16, "keep_tokens": 5}


@pytest.fixture
def asked(tmp_path):
    """The settings that decode six problems of the tree into `d.parquet`."""
    rows = [{"problem": p.prompt, "answer": p.answer} for p in TASKS["pointer_tree"].problems(6, seed=4)]
    problems = tmp_path / "problems.jsonl"
    problems.write_text("".join(json.dumps(row) + "\n" for row in rows))
    base, rl = (str(TOYS / "pointer_tree" / stage) for stage in ("base", "rl_080"))
    return DecodeSettings(base, rl, problems, tmp_path / "d.parquet", **TREE)


@pytest.fixture
def decode(asked):
    """A function: decode with settings of which a test overrides some."""
    return lambda **changed: decode_file(replace(asked, **changed))


def everything(out):
    return {path.name: path.read_bytes() for path in out.parent.iterdir()}


def both(out):
    return out.read_bytes(), tokens_path(out).read_bytes()


def test_responses_and_tokens_are_written_with_their_provenance(decode):
    out = decode()
    table, tokens = records.load(out), records.load(tokens_path(out))
    assert list(table.columns) == list(RESPONSE_COLUMNS) and len(table) == 12
    assert table.attrs["command"] == tokens.attrs["command"] and table.attrs["command"].startswith("rlvr-direction dec")
    assert table.attrs["block"] == 8
    assert table.attrs["prompts"] == "used as they are, without a chat template"
    assert table.attrs["first prompt"] == TASKS["pointer_tree"].problems(6, seed=4)[0].prompt
    assert table.attrs["where"] == "delta_logp<=-0.3" and table.attrs["ends"] == ["<eos>"]
    assert tokens.groupby("text_id").size().to_dict() == dict(enumerate(table["n_tokens"].head(5)))
    assert sorted(os.listdir(out.parent)) == ["d.parquet", "d.texts.parquet", "d.tokens.parquet", "problems.jsonl"]


def test_what_decode_wrote_is_scored_by_its_own_tokens_with_the_columns_of_the_problems(decode, tmp_path):
    rows = [{"prompt_ids": [3, 4, 5], "answer": "1", "level": "hard", "tags": ["x"]}, {"problem": "0?", "answer": 2}]
    (tmp_path / "some.jsonl").write_text("\n".join(map(json.dumps, rows)))
    out = decode(problems=tmp_path / "some.jsonl", top_k=3, min_p=0.01)
    texts, base, rl = records.load(texts_path(out)), *(str(TOYS / "pointer_tree" / of) for of in MODELS.values())
    assert [ids.tolist() for ids in texts["prompt_ids"][:2]] == [[3, 4, 5]] * 2
    assert texts["level"].dropna().tolist() == ["hard", "hard"] and "tags" not in texts
    scored = records.load(score_file(ScoreSettings(base, rl, out, tmp_path / "s.parquet")))
    assert scored.columns[: len(TOKEN_COLUMNS)].tolist() == list(TOKEN_COLUMNS)
    assert set(scored.columns) - set(TOKEN_COLUMNS) == {"problem_id", "sample_id", "correct", "level"}
    written = scored.groupby("text_id")["token_id"].agg(list).tolist()
    assert written == [ids.tolist() for ids in texts["response_ids"]]
    assert set(scored["source"]) == {"delta_logp<=-0.3, gamma 0"}


def test_no_tokens_are_kept_where_none_are_asked_for(decode):
    assert not tokens_path(decode(keep_tokens=0)).exists()


def test_two_unbroken_runs_have_the_same_bytes_at_the_defaults(decode):
    assert both(decode()) == both(decode(force=True))


@pytest.mark.parametrize("dies_in", ["respond", "kept_tokens"])
def test_a_killed_run_resumes_to_the_same_bytes_and_decodes_no_part_twice(decode, monkeypatch, dies_in):
    monkeypatch.setattr(files, "PROBLEMS_PER_PART", 2)
    whole = both(decode(keep_tokens=7))
    asked = {"respond": [], "kept_tokens": []}

    def watched(name, real):
        def run(*arguments, **named):
            asked[name].append(named.get("first_problem"))
            if name == dies_in and len(asked[name]) == 2:
                raise KeyboardInterrupt
            return real(*arguments, **named)

        return run

    for name in asked:
        monkeypatch.setattr(files, name, watched(name, getattr(files, name)))
    with pytest.raises(KeyboardInterrupt):
        decode(keep_tokens=7, force=True)
    assert both(decode(keep_tokens=7, resume=True)) == whole
    assert asked["respond"] == [0, 2, 2, 4] and len(asked["kept_tokens"]) == (2 if dies_in == "respond" else 3)


def test_a_run_that_is_killed_at_any_moment_resumes_to_the_same_bytes(asked, tmp_path, killed):
    rows = [{"problem": p.prompt, "answer": p.answer} for p in TASKS["pointer_tree"].problems(384, seed=4)]
    many = replace(asked, problems=tmp_path / "many.jsonl", max_new_tokens=6, samples=1, keep_tokens=70)
    many.problems.write_text("".join(json.dumps(row) + "\n" for row in rows))
    whole = everything(decode_file(many))
    for attempt in range(3):
        killed(decode_file, replace(many, force=not attempt, resume=bool(attempt)), tmp_path, seconds=0.1)
    assert (tmp_path / "d.parquet.parts").exists()
    assert everything(decode_file(replace(many, resume=True))) == whole


def test_another_model_under_the_same_path_is_not_resumed_with(decode, monkeypatch, tmp_path):
    monkeypatch.setattr(files, "PROBLEMS_PER_PART", 2)
    rl = shutil.copytree(TOYS / "pointer_tree" / "rl_080", tmp_path / "rl")
    decode(rl=str(rl))
    shutil.copy(TOYS / "pointer_tree" / "rl_040" / "model.safetensors", rl)
    with pytest.raises(ValueError, match=r"was begun with other weights of rl: pass the settings"):
        decode(rl=str(rl), resume=True)


def test_other_settings_and_other_prompts_are_named(decode, tmp_path):
    decode()
    with pytest.raises(ValueError, match=r"begun with seed = 0, now 1; where = 'delta_logp<=-0.3', now 'random:0.1'"):
        decode(seed=1, where="random:0.1", resume=True)
    assert decode(where=" delta_logp <= -0.3", resume=True)
    rows = (tmp_path / "problems.jsonl").read_text().splitlines()
    (tmp_path / "problems.jsonl").write_text("\n".join(reversed(rows)))
    with pytest.raises(ValueError, match=r"begun with other problems; other prompts: pass"):
        decode(resume=True)


def test_a_public_data_set_is_decoded_by_its_name_and_another_version_of_it_is_not_resumed_with(decode, monkeypatch):
    expected = records.load(decode())
    asked = TASKS["pointer_tree"].problems(6, seed=4)
    rows = [{"question": p.prompt, "answer": p.answer, "url": f"u{i}"} for i, p in enumerate(asked)]
    monkeypatch.setattr(datasets, "load_dataset", lambda *_, **__: datasets.Dataset.from_list(rows))
    out = decode(problems=Path("amc23"), force=True)
    pd.testing.assert_frame_equal(records.load(out), expected)
    assert records.load(texts_path(out))["url"].tolist() == [f"u{i}" for i in range(6) for _ in range(TREE["samples"])]
    assert decode(problems=Path("amc23"), resume=True) == out
    rows[0]["answer"] = "another"
    with pytest.raises(ValueError, match=r"begun with other problems: pass"):
        decode(problems=Path("amc23"), resume=True)


MODELS = {"base": "base", "rl": "rl_080"}
TEMPLATE = "{{ strftime_now('%d') }}{% for m in messages %}{{ m['content'] }}{% endfor %}"


def test_how_prompts_are_encoded_is_said_and_recorded_with_the_date(decode, tmp_path, caplog):
    folders = {name: shutil.copytree(TOYS / "pointer_tree" / of, tmp_path / name) for name, of in MODELS.items()}
    for folder in folders.values():
        (folder / "chat_template.jinja").write_text(TEMPLATE)
    rows = [{"problem": [{"role": "user", "content": "T:"}, {"role": "user", "content": "0?"}], "answer": 1}]
    (tmp_path / "chat.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with caplog.at_level(logging.INFO, "rlvr_direction"):
        out = decode(**{name: str(folder) for name, folder in folders.items()}, problems=tmp_path / "chat.jsonl")
    said = "by a chat template, its date fixed at 2024-07-26"
    assert records.load(out).attrs["prompts"] == said
    shown = [record.getMessage() for record in caplog.records if "prompts: " in record.getMessage()]
    assert len(shown) == 1 and shown[0].startswith(f"prompts: {said}; the first one:")
    assert records.load(tokens_path(out))["prompt"].unique().tolist() == ["T:\n\n0?"]


@pytest.mark.parametrize(
    ("changed", "seen"),
    [
        ({"where": "nothing<=1"}, "no score is called 'nothing'; choose from logp_base"),
        ({"where": "delta_logp=0"}, "no criterion reads 'delta_logp=0'"),
        ({"where": "delta_logp<=-0.3", "budget": 0.1}, "a score with its sign and no number, such as 'delta_logp<='"),
        ({"where": "random:", "budget": 0.1}, "the budget is 0.1 and where 'random:'"),
        ({"where": "delta_logp<=", "budget": 1.5}, "the budget is 1.5"),
        ({"where": "no_module:f"}, "'no_module:f' cannot be imported"),
        ({"template": "chess"}, "no template is called 'chess'; choose from base, rl, none, orz"),
        ({"tokenizer_from": "both"}, "the tokenizer is taken from 'both'; expected base or rl"),
        ({"gamma": -2.0}, "gamma is -2.0"),
        ({"top_p": 0.0}, "top_p is 0.0"),
        ({"temperature": -1.0}, "temperature is -1.0"),
        ({"propose": "RL"}, "propose is 'RL'; expected base or rl"),
        ({"block": "fast"}, "block is 'fast'; expected auto"),
        ({"block": "0"}, "block is '0'; expected auto"),
        ({"task": "chess"}, "no task is called 'chess'; choose from math, arithmetic"),
        ({"task": "no_such_module:f"}, "cannot be imported"),
        ({"max_new_tokens": 90}, "prompt 0 has .* new ones fit into a context of 96: shorten it"),
        ({"max_new_tokens": 512}, "max_new_tokens is 512; expected 1 to 95, .* a context of 96"),
        ({"out": Path("d.csv")}, r"d\.csv: the table is written as Parquet; name it d\.parquet"),
        ({"dtype": "bf17"}, "the dtype is 'bf17'; expected auto or one of"),
    ],
)
def test_bad_settings_are_refused_in_one_sentence_and_nothing_is_written(decode, tmp_path, changed, seen):
    with pytest.raises(ValueError, match=seen) as refusal:
        decode(**changed)
    assert "\n" not in str(refusal.value)
    assert [path.name for path in tmp_path.iterdir()] == ["problems.jsonl"]


@pytest.mark.parametrize(
    "changed", [{"max_new_tokens": 90}, {"max_new_tokens": 96}, {"stop": [""]}, {"task": "operator:concat"}]
)
def test_what_no_model_is_needed_for_is_refused_before_one_is_loaded(decode, monkeypatch, changed):
    monkeypatch.setattr(files.ModelPair, "from_pretrained", lambda *_, **__: pytest.fail("a model was loaded"))
    with pytest.raises(ValueError, match=r"prompt 0 has|max_new_tokens is 96|stop is|operator:concat raised"):
        decode(**changed)


def test_columns_of_problems_that_texts_have_too_give_way(decode, tmp_path):
    theirs = {"prompt": "p", "source": "exam", "response_ids": "none", "response": "r", "level": "hard"}
    rows = [json.loads(line) | theirs for line in (tmp_path / "problems.jsonl").read_text().splitlines()]
    (tmp_path / "problems.jsonl").write_text("\n".join(map(json.dumps, rows)))
    texts = records.load(texts_path(decode()))
    assert set(texts["level"]) == {"hard"} and set(texts["source"]) == {"delta_logp<=-0.3, gamma 0"}
    assert texts["prompt"].unique().tolist() == [row["problem"] for row in rows]


def test_a_budget_sets_the_threshold_and_is_met(decode):
    table = records.load(decode(where="delta_logp<=", budget=0.2, propose="base"))
    where = table.attrs["where"]
    assert where.startswith("delta_logp<=-") and table["intervention"].unique().tolist() == [f"{where}, gamma 0"]
    assert 0.1 < table["n_selected"].sum() / table["n_tokens"].sum() < 0.35
    assert both(decode(where="delta_logp<=", budget=0.2, resume=True))


def test_a_response_ends_with_the_stop_text_that_is_asked_for(decode):
    first = TASKS["pointer_tree"].problems(6, seed=4)[0].prompt
    plain = records.load(decode(stop=["a"]))
    assert plain["response"].str.contains("a").any() and plain["response"].str.count("a").max() == 1
    assert plain[plain["response"].str.endswith("a")]["finished"].all() and plain.attrs["ends"] == ["<eos>", "a"]
    assert plain.attrs["first prompt"] == first
