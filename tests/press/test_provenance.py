"""The provenance of a run: its memory and its hardware."""

from rlvr_direction.press import provenance


def test_a_process_has_held_some_memory_and_not_a_thousand_gibibytes():
    assert 0.01 < provenance.peak_memory() < 1000


def test_the_hardware_counts_its_cores():
    assert "CPU cores" in provenance.hardware()
