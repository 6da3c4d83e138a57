"""The search of random trees, part by part."""

from rlvr_direction.lab.studies.trees import plan


def test_a_part_searches_one_kind_of_reward_with_one_seed():
    parts = plan("arithmetic", seeds=2, n=5)
    rows = [part().iloc[0] for part in parts]
    assert [(row["rewards"], row["seed"], row["trees"]) for row in rows] == [
        ("0/1", 0, 5),
        ("real-valued", 0, 5),
        ("0/1", 1, 5),
        ("real-valued", 1, 5),
    ]
