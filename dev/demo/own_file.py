"""The table in somebody's sales export: a CSV file, plain or packed with xz, or the first fitting sheet of a workbook.

Encoding, separator and the row of headings are found out from the file.
"""

import codecs
import csv
import io
import lzma
import zipfile
from collections import namedtuple
from itertools import islice

from .own_cells import as_cell, tidy
from .own_columns import Unreadable, count_known

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
HEAD = 10  # rows in which the headings are looked for: titles may stand above them
LONGEST = 20  # lines of a row; more of them follow a quotation mark that is not closed

# headings: texts; rows: iterates over (line number, cells), texts or numbers; told: what was found out, in words
Table = namedtuple("Table", "headings rows told")


def read_table(path):
    """The table of a file, by its ending.

    :raises Unreadable: where there is none
    """
    try:
        if path.name.lower().endswith(".xlsx"):
            return _read_workbook(path)
        data = lzma.open(path).read() if path.name.lower().endswith(".xz") else path.read_bytes()
    except (lzma.LZMAError, EOFError, zipfile.BadZipFile, KeyError) as error:
        raise Unreadable(f"{path.name} is damaged, or of another kind than its name says: {error}") from None
    return _read_text(data)


# ---- Text


def _read_text(data):
    text, encoding = _decode(data)
    text, separator = _said_separator(text)
    choices = [separator] if separator else SEPARATORS
    heads = [_find_head(islice(_rows(text, choice), HEAD)) for choice in choices]
    (_known, number, headings), separator = max(
        zip(heads, choices, strict=True), key=lambda found: (found[0][0], len(found[0][2]))
    )
    rows = ((line, cells) for line, cells in _rows(text, separator) if line > number)
    return Table(headings, rows, [encoding, f"separated by {SEPARATORS.get(separator, separator)}"])


def _decode(data):
    """(text, name of its encoding)"""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace"), "UTF-16"
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "Latin-1"


def _said_separator(text):
    """What Excel writes into the first line for itself: (the text with that line blank, the separator or None)"""
    first, end, rest = text.partition("\n")
    first = first.rstrip("\r")
    return (end + rest, first[4:]) if first.startswith("sep=") and len(first) == 5 else (text, None)


def _rows(text, separator):
    """(number of its first line, texts) of each row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    line = 1
    try:
        for cells in reader:
            if reader.line_num - line >= LONGEST:
                raise Unreadable(f"A quotation mark in line {line} is not closed before line {reader.line_num}.")
            if any(map(str.strip, cells)):
                yield line, [tidy(cell) for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(f"Line {line} cannot be read: {error}") from None


def _find_head(rows):
    """(how many headings are known, number of their line, headings) of the row that knows most."""
    best = (-1, 0, [])
    try:
        for line, cells in rows:
            known = count_known(map(str, cells))
            best = max(best, (known, line, cells), key=lambda head: head[0])
    except Unreadable:  # by this separator perhaps; by the right one, whoever reads the lines meets it again
        pass
    return best


# ---- Workbooks


def _read_workbook(path):
    import openpyxl  # comes with Odoo; only whoever has a workbook waits for it

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    heads = {sheet: _find_head(islice(_sheet_rows(sheet), HEAD)) for sheet in book.worksheets}
    if not heads:
        raise Unreadable(f"{path.name} has no sheet with cells.")
    sheet = max(heads, key=lambda sheet: heads[sheet][0])
    _known, number, headings = heads[sheet]
    headings = list(map(str, headings))
    rows = ((line, cells) for line, cells in _sheet_rows(sheet) if line > number)
    return Table(headings, rows, [f"sheet {sheet.title}"])


def _sheet_rows(sheet):
    sheet.reset_dimensions()  # programs other than Excel write wrong ones
    for line, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        if any(cell not in (None, "") for cell in cells):
            yield line, [as_cell(cell) for cell in cells]
