"""The registry: every claim of the paper under its id, with its rule and its chapter."""

from rlvr_direction.lab.claims import CLAIMS


def test_every_claim_of_the_paper_is_there_under_its_id_with_its_rule():
    assert list(CLAIMS) == ["C1", "C2", "C2f", "C3a", "C3b", "C3c", "C4a", "C4b", "C4c", "C5a", "C5b", "C5c"]
    for key, claim in CLAIMS.items():
        assert claim.id == key and claim.statement.endswith(".") and claim.rule.endswith(".")
        assert claim.chapter[:3] in {"02_", "03_", "04_", "05_", "06_"}
