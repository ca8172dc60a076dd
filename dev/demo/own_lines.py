"""The lines of somebody's sales export, each as what it says or with the reason why it cannot be loaded.

What decides between invoice and credit note: a negative quantity, a mark in a column of its own, or an invoice number
that begins with C before a digit where others of the file do not. Then the quantity is what came back. A price below
zero (a discount, a bad debt that is adjusted) stays on its document as what it says; own_documents sees to the total.
"""

import re
from collections import Counter, namedtuple
from dataclasses import dataclass, field
from decimal import Decimal

from .own_cells import FIRST_DAY, as_day, as_number, day_part, find_form, is_credit, shortened
from .own_columns import Unreadable, find_columns
from .own_file import read_table

CREDIT_NUMBER = re.compile(r"[Cc]\W?\d")
CENT = Decimal("0.01")
DIGITS = 6  # decimals of a quantity that are kept
PRICE_DIGITS = 10  # of a price: PostgreSQL rounds amounts of such prices as Python does
EXCERPT = 200  # characters of a refused line that are shown

# number: of the line in the file; customer, product: keys of Sales; quantity: not negative; cost: of one, or None
Line = namedtuple("Line", "number invoice customer day product quantity price cost credit")


@dataclass
class Sales:
    """What a file holds."""

    lines: list = field(default_factory=list)
    customers: dict = field(default_factory=dict)  # key: (code, name, country as written); "": who has no name
    products: dict = field(default_factory=dict)  # key: (code, name)
    refused: list = field(default_factory=list)  # (line number, reason, excerpt)
    told: list = field(default_factory=list)  # what was found out about the file, in words
    columns: dict = field(default_factory=dict)  # role: heading
    marked: Counter = field(default_factory=Counter)  # why lines are of credit notes: how many


def amount(line, step=CENT):
    """What a line adds to the turnover: each line is rounded, halves up, as Odoo does.

    :param step: the smallest amount of the currency
    """
    value = (line.quantity * line.price).quantize(step, "ROUND_HALF_UP")
    return -value if line.credit else value


class Refused(Exception):
    """Why a line cannot be loaded."""


def read_sales(path, today, decimal=None, order=None):
    """All lines of a file.

    :param today: no invoice is of a day to come
    :param decimal: the decimal mark, where the person said it
    :param order: one of own_cells.ORDERS, where the person said it
    :raises Unreadable: where the file is none of sales, or does not tell how it is written
    """
    table = read_table(path)
    places = find_columns(table.headings)
    rows = list(table.rows)
    if not rows:
        raise Unreadable(f"{path.name} has headings and no line.")
    reader = _Reader(rows, places, len(table.headings), today, decimal, order)
    reader.sales.told = [*table.told, *reader.form.told, *reader.sales.told]
    reader.sales.columns = {role: table.headings[place] for role, place in places.items()}
    for number, cells in rows:
        reader.read(number, cells)
    return reader.sales


class _Reader:
    """Reads rows one by one, once it knows how all of them are written."""

    def __init__(self, rows, places, width, today, decimal, order):
        self.sales = Sales()
        self.places, self.width, self.today = places, width, today
        numbers = [places[role] for role in ("quantity", "price", "cost") if role in places]
        self.form = find_form(
            Counter(text for place in numbers for text in _texts(rows, place)),
            Counter(map(day_part, _texts(rows, places["date"]))),
            today,
            decimal,
            order,
        )
        self.known_numbers, self.known_days = {}, {}
        beginnings = {bool(CREDIT_NUMBER.match(text)) for text in set(_texts(rows, places["invoice"]))}
        self.marks_by_number = beginnings == {True, False}
        if beginnings == {True}:
            self.sales.told.append("all invoice numbers begin with C, which marks no credit note then")

    def read(self, number, cells):
        """Keep a row as a line, or as refused."""
        try:
            self.sales.lines.append(self._line(number, cells))
        except Refused as refused:
            excerpt = " | ".join(map(str, cells)).replace("\n", " ")[:EXCERPT]
            self.sales.refused.append((number, str(refused), excerpt))

    def _line(self, number, cells):
        if any(cell != "" for cell in cells[self.width :]):
            raise Refused("more cells than headings")
        cell = {role: cells[place] for role, place in self.places.items() if place < len(cells)}
        day = self._day(str(cell.get("date", "")))
        invoice = str(cell.get("invoice", ""))
        if not invoice:
            raise Refused("no invoice number")
        code, name = _identity(cell, "product")
        if not (code or name):
            raise Refused("no product")
        quantity = shortened(self._number(cell, "quantity"), DIGITS)
        if not quantity:
            raise Refused("the quantity is 0")
        price = self._number(cell, "price")
        cost = self._number(cell, "cost") if cell.get("cost", "") != "" else None
        credit = self._credit(invoice, quantity, cell)
        customer, product = self._customer(cell), code or name
        if not self.sales.products.get(product, ("", ""))[1]:
            self.sales.products[product] = (code, name)
        return Line(number, invoice, customer, day, product, abs(quantity), price, cost, credit)

    def _day(self, text):
        if not text:
            raise Refused("no date")
        text = day_part(text)
        if text not in self.known_days:
            self.known_days[text] = as_day(text, self.form.order)
        day = self.known_days[text]
        if day is None or day < FIRST_DAY:
            raise Refused("the date is not understood")
        if day > self.today:
            raise Refused("the date is to come")
        return day

    def _number(self, cell, role):
        text = cell.get(role, "")
        if text == "":
            raise Refused(f"no {role}")
        if text not in self.known_numbers:
            number = as_number(text, self.form.decimal)
            self.known_numbers[text] = number if number is None else shortened(number, PRICE_DIGITS)
        if self.known_numbers[text] is None:
            raise Refused(f"the {role} is no number")
        return self.known_numbers[text]

    def _credit(self, invoice, quantity, cell):
        """Whether the line is of a credit note; counts why."""
        marked = is_credit(str(cell["credit note"])) if "credit note" in cell else False
        if marked is None:
            raise Refused("neither invoice nor credit note")
        numbered = self.marks_by_number and bool(CREDIT_NUMBER.match(invoice))
        if not (marked or numbered or quantity < 0):
            return False
        why = "negative quantity" if quantity < 0 else "the column says so" if marked else "number begins with C"
        self.sales.marked[why] += 1
        return True

    def _customer(self, cell):
        code, name = _identity(cell, "customer")
        key = code or name
        _code, known_name, country = self.sales.customers.get(key, ("", "", ""))
        self.sales.customers[key] = (code, known_name or name, country or str(cell.get("country", "")))
        return key


def _texts(rows, place):
    """The texts in a column; a workbook's numbers are none."""
    return (
        cells[place] for _line, cells in rows if len(cells) > place and isinstance(cells[place], str) and cells[place]
    )


def _identity(cell, kind):
    """(code, name) of a row's customer or product: a column that is called after the kind alone is what the other of
    the two is not.
    """
    code, plain, name = (str(cell.get(role, "")) for role in (f"{kind} code", kind, f"{kind} name"))
    if code:
        return code, name or plain
    return (plain, name) if plain and f"{kind} name" in cell else ("", plain or name)
