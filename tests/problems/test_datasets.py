"""Public data sets by name: rows of the Hub as problems, without a connection."""

import doctest

import datasets
import pytest
from datasets.arrow_writer import ArrowWriter

from rlvr_direction.problems import DATASETS, Problem, further_columns, load_problems, math_reward, problem_rows
from rlvr_direction.problems import datasets as known

HUB = {  # one row each as the Hub has it, and what is to become of it
    "aime24": (
        {"id": 60, "problem": "$5^2+8$?", "solution": "...", "answer": "033", "url": "u", "year": "2024"},
        {"problem": "$5^2+8$?", "answer": "033", "id": 60, "solution": "...", "url": "u", "year": "2024"},
    ),
    "aime25": (
        {"problem": "$7 \\cdot 10$?", "answer": "70", "id": "0"},
        {"problem": "$7 \\cdot 10$?", "answer": "70", "id": "0"},
    ),
    "amc23": (
        {"id": 0, "question": "$3^3$?", "answer": "27", "url": "u"},
        {"problem": "$3^3$?", "answer": "27", "id": 0, "url": "u"},
    ),
    "math500": (
        {
            "problem": "Polar?",
            "solution": "...",
            "answer": r"\left( 3, \frac{\pi}{2} \right)",
            "subject": "P",
            "level": 2,
        },
        {
            "problem": "Polar?",
            "answer": r"\left( 3, \frac{\pi}{2} \right)",
            "solution": "...",
            "subject": "P",
            "level": 2,
        },
    ),
    "gsm8k": (
        {"question": "400 three times?", "answer": "It is 3 * 400 = <<3*400=1200>>1,200.\n#### 1,200"},
        {"problem": "400 three times?", "answer": "1200"},
    ),
}


@pytest.fixture
def hub(monkeypatch):
    """A function: let `load_dataset` give these rows; it returns the list of what it is asked for."""

    def answers(rows):
        asked = []

        def load_dataset(*names, **how):
            asked.append((*names, how))
            return datasets.Dataset.from_list(rows)

        monkeypatch.setattr(datasets, "load_dataset", load_dataset)
        return asked

    return answers


@pytest.mark.parametrize("name", DATASETS)
def test_a_row_becomes_a_problem_and_keeps_its_other_columns(hub, name):
    row, expected = HUB[name]
    asked = hub([row, row])
    assert problem_rows(name) == [expected, expected]
    entry = DATASETS[name]
    assert asked == [(entry.hub, entry.config, {"split": entry.split, "revision": entry.revision})]
    assert load_problems(name) == [Problem(expected["problem"], expected["answer"])] * 2


def test_further_columns_of_a_data_set_are_those_of_its_rows(hub):
    hub([HUB["math500"][0]])
    further = further_columns(problem_rows("math500"), {"problem", "answer"})
    assert further.to_dict("records") == [{"solution": "...", "subject": "P", "level": 2}]


@pytest.mark.parametrize("name", DATASETS)
def test_an_answer_is_right_by_its_own_grade_and_another_is_not(hub, name):
    hub([HUB[name][0]])
    [problem] = load_problems(name)
    assert math_reward(problem, rf"so it is \boxed{{{problem.answer}}}.") == 1.0
    assert math_reward(problem, r"so it is \boxed{12345}.") == 0.0


def test_the_zeros_before_an_answer_of_aime_need_not_be_written(hub):
    hub([HUB["aime24"][0]])
    assert math_reward(load_problems("aime24")[0], r"\boxed{33}") == 1.0


def test_a_data_set_that_is_kept_is_read_without_a_connection(monkeypatch, tmp_path):
    entry, rows = DATASETS["gsm8k"], datasets.Dataset.from_list([HUB["gsm8k"][0]])
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    folder = tmp_path / "openai___gsm8k" / entry.config / "0.0.0" / entry.revision
    folder.mkdir(parents=True)
    writer = ArrowWriter(path=str(folder / "gsm8k-test.arrow"), features=rows.features)
    writer.write(rows[0])
    n, size = writer.finalize()
    split = {"name": "test", "num_bytes": size, "num_examples": n, "dataset_name": "gsm8k"}
    names = {"builder_name": "parquet", "dataset_name": "gsm8k", "config_name": "main", "version": "0.0.0"}
    datasets.DatasetInfo(features=rows.features, splits={"test": split}, **names).write_to_directory(str(folder))
    assert load_problems("gsm8k") == [Problem("400 three times?", "1200")]


def test_a_data_set_that_is_not_kept_says_so_and_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    with pytest.raises(
        ConnectionError, match=r"^amc23 is math-ai/amc23 on .* HF_HUB_OFFLINE, .* or pass a JSONL"
    ) as seen:
        load_problems("amc23")
    assert "\n" not in str(seen.value)


def test_a_name_that_is_neither_a_file_nor_known_lists_those_that_are():
    with pytest.raises(
        FileNotFoundError, match=r"aime99 is not a file, nor one of aime24, aime25, amc23, math500, gsm8k;"
    ):
        load_problems("aime99")


def test_a_file_of_that_name_comes_first(tmp_path, monkeypatch, hub):
    asked = hub([HUB["gsm8k"][0]])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gsm8k").write_text('{"problem": "mine", "answer": "1"}')
    with pytest.raises(ValueError, match=r"gsm8k ends in ''; expected \.jsonl"):
        load_problems("gsm8k")
    assert not asked


def test_every_entry_is_pinned_and_says_what_was_checked():
    assert list(DATASETS) == ["aime24", "aime25", "amc23", "math500", "gsm8k"]
    for entry in DATASETS.values():
        assert entry.licence and entry.source
        assert entry.hub.count("/") == 1 and len(entry.revision) == 40
        assert {"name", "columns", "revision"} <= set(entry.checked) <= {"name", "columns", "licence", "revision"}


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(known) == (0, 1)
