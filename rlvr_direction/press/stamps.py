"""When, with what and at what cost each chapter last ran: the stamps of all chapters as one table."""

import re
from collections.abc import Iterable, Mapping

from rlvr_direction.press.ledger import markdown_table

__all__ = ["stamps"]

COLUMNS = ("date", "profile", "commit", "hardware", "seconds", "peak memory")


def stamps(records: Iterable[Mapping]) -> str:
    """A Markdown table with a row per stamp among the records of executed chapters, which leads to its chapter."""
    found = [{"commit": "", **record} for record in records if record["kind"] == "stamp"]
    short = [record | {"commit": re.sub(r"(?<=[0-9a-f]{9})[0-9a-f]+", "", record["commit"])} for record in found]
    cells = [
        [f"{{doc}}`{record['chapter']}`", *(str(record.get(column, "not recorded")) for column in COLUMNS)]
        for record in short
    ]
    return markdown_table(["chapter", *COLUMNS], cells)
