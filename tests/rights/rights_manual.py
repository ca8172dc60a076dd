"""The tables of docs/rights.md, read as the tests read them: the manual is the judge."""

import re

from dev.paths import ROOT

PAGE = ROOT / "docs" / "rights.md"


def tables():
    """{heading: rows below it}; a row is {column: text of the cell}."""
    found, heading, columns = {}, "", None
    for line in PAGE.read_text().splitlines():
        if line.startswith("#"):
            heading, columns = line.strip("# "), None
        elif line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if columns is None:
                columns = cells
            elif not set(cells[0]) <= set("-: "):
                found.setdefault(heading, []).append(dict(zip(columns, cells, strict=True)))
    return found


def names(cell):
    """The names in code style in a cell."""
    return re.findall(r"`([^`]+)`", cell)
