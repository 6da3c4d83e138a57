"""The table of an earlier study: as it was recorded, or what to run first."""

import pandas as pd
import pytest

from rlvr_direction import records
from rlvr_direction.lab.studies import earlier


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setattr(earlier, "DATA", tmp_path)
    return tmp_path


def test_a_recorded_study_comes_as_it_is(data):
    table = pd.DataFrame({"rate": [1e-4, 2e-4], "method": "DAPO"})
    records.save(table, data / "tuning" / "a_task.parquet", metadata={})
    pd.testing.assert_frame_equal(earlier.table_of("tuning", "a_task", first="tune the rate"), table, check_dtype=False)


def test_where_it_lacks_the_message_says_what_to_run(data):
    with pytest.raises(FileNotFoundError, match=r"tune the rate first, `rlvr-direction study tuning --task a_task`$"):
        earlier.table_of("tuning", "a_task", first="tune the rate")
