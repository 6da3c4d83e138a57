"""The stamps of all chapters in one table."""

from rlvr_direction.press.stamps import stamps

STAMP = {"kind": "stamp", "profile": "cpu", "commit": "0123456789abcdef+changes", "hardware": "a|b", "seconds": 61}


def test_a_stamp_is_a_row_that_leads_to_its_chapter_and_other_records_are_none():
    records = [STAMP | {"chapter": "01_x", "date": "2026-11-24"}, {"kind": "check", "chapter": "01_x"}]
    head, _, row = stamps(records).splitlines()
    assert head == "| chapter | date | profile | commit | hardware | seconds | peak memory |"
    assert row == "| {doc}`01_x` | 2026-11-24 | cpu | 012345678+changes | a&#124;b | 61 | not recorded |"
