"""What the cells of somebody's sales export say: numbers, dates and marks of credit notes.

Where a form of writing could be read in several ways, the whole file decides; where it does not, nobody guesses.
"""

import re
from collections import namedtuple
from datetime import date
from decimal import Decimal

from .own_columns import Unreadable, plain

FEW = 0.01  # share of the cells that may be slips against how all others are written
FIRST_DAY = date(1900, 1, 1)
MOST = Decimal(10) ** 12  # of money or pieces in a line: beyond it stands a bar code
CURRENCY = re.compile(r"[€$£¥\s'’]|EUR|USD|GBP|CHF")  # and what only parts thousands
NO_CENTS = re.compile(r"(?<=\d)[.,][-–—]+$")
MARKS = {".": "decimal point", ",": "decimal comma"}
# With the decimal mark d and the other mark t between thousands.
NUMBER = r"(?:\d+|[1-9]\d{0,2}(?:T\d{3})+)(?:D\d*)?|D\d+"
NUMBERS = {
    mark: re.compile(NUMBER.replace("D", re.escape(mark)).replace("T", re.escape("," if mark == "." else ".")))
    for mark in MARKS
}
ORDERS = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}
DAY = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})|(\d{4})(\d\d)(\d\d)")
MOMENT = re.compile(r"(?P<day>[\d/.-]+)(?:[T ]+\d{1,2}[:.h]\d\d.*)?")
NOTHING = {"NULL", "NaN", "nan", "#N/A"}
CENTURY = 69  # two digits: 68 is 2068, 69 is 1969, as in POSIX

# What cells of a column of credit notes say, plain: as a whole, or with such a word in it; 380 and 381 are UNTDID's.
YES = set("1 x yes y true ja j wahr oui o vrai si s verdadero vero waar sim verdadeiro 381".split())
NO = set("0 no n false nein falsch non faux falso nee onwaar nao 380".split()) | {""}
CREDIT = re.compile("credit|refund|return|cancel|gutschrift|storno|korrektur|avoir|abono|rectific|devol|reso")
INVOICE = re.compile("invoice|sale|bill|rechnung|facture|factura|fattura|factuur|fatura|vente|venta|vendita|venda")

Form = namedtuple("Form", "decimal order told")  # told: what was found out, in words


# ---- One way of reading for the whole file


def settle(counts, readings):
    """The one way to read cells that all of them agree with.

    :param counts: {cell: number of lines with it}
    :param readings: {name: function that returns what the cell says, or None where it cannot be written so}
    :return: a name; None where all ways come to the same
    :raises LookupError: where several remain that differ, with a cell that shows it
    """
    wrong, total, clear, doubtful = dict.fromkeys(readings, 0), 0, [], []
    for cell, count in counts.items():
        said = {name: read(cell) for name, read in readings.items()}
        known = set(said.values()) - {None}
        if not known:
            continue  # a slip, however it is read
        total += count
        if len(known) > 1:
            doubtful.append((cell, said))
        elif None in said.values():
            clear.append((cell, said))
        for name in said:
            wrong[name] += count if said[name] is None else 0
    if not clear and not doubtful:
        return None
    best = min(wrong.values())
    left = [name for name in wrong if wrong[name] <= 9 * best]
    if best > FEW * total or best and len(left) > 1:
        raise LookupError(clear[0][0])  # some are written one way, some the other
    for cell, said in doubtful:
        if len({said[name] for name in left}) > 1:
            raise LookupError(cell)
    return left[0]


def find_form(numbers, days, today, decimal=None, order=None):
    """How the file writes numbers and dates.

    :param numbers: {text of a number: number of lines}
    :param days: {text of a date: number of lines}
    :param decimal: "." or ",", where the person said it
    :param order: one of ORDERS, where the person said it
    :raises Unreadable: where the file does not tell, with how to say it
    """
    told = []
    try:
        decimal = decimal or settle(numbers, {mark: _number_reader(mark) for mark in MARKS})
    except LookupError as error:
        raise Unreadable(
            f'Is "{error.args[0]}" written with a decimal comma or a decimal point? The file does not tell: '
            "add DECIMAL=comma or DECIMAL=point."
        ) from None
    try:
        order = order or settle(days, {name: _day_reader(name, today) for name in ORDERS})
    except LookupError as error:
        raise Unreadable(
            f'Which is the day and which the month in "{error.args[0]}"? The file does not tell: '
            "add DATES=dmy, DATES=mdy or DATES=ymd."
        ) from None
    told += [MARKS[decimal]] if decimal else []
    told += [f"dates {ORDERS[order]}"] if order else []
    return Form(decimal or ".", order or "ymd", told)


def _number_reader(mark):
    return lambda text: as_number(text, mark)


def _day_reader(order, today):
    def read(text):
        day = as_day(text, order)
        return day if day and FIRST_DAY <= day <= today else None

    return read


# ---- Single cells


def as_number(text, decimal):
    """The number that a text is, with that decimal mark; None where it is none.

    Currency signs and spaces are passed over; "12,50-" and "(12,50)" are negative, as bookkeepers write it, and "12.-"
    is twelve, as the Swiss do.

    :param text: or a Decimal, of a workbook
    """
    if isinstance(text, Decimal):
        return text if abs(text) <= MOST else None
    text = NO_CENTS.sub("", CURRENCY.sub("", text)).replace("−", "-")
    negative = text.startswith("-") or text.endswith("-") or (text.startswith("(") and text.endswith(")"))
    text = text.strip("()") if negative and text.startswith("(") else text.removesuffix("-").lstrip("+-")
    if not NUMBERS[decimal].fullmatch(text):
        return None
    number = Decimal(text.replace("," if decimal == "." else ".", "").replace(",", "."))
    if number > MOST:
        return None
    return -number if negative else number


def shortened(number, places):
    """A number with so many decimals at most; what spreadsheets work out comes with seventeen digits."""
    return round(number, places) if -number.as_tuple().exponent > places else number


def day_part(text):
    """A date without the time of day that may follow it."""
    match = MOMENT.fullmatch(text)
    return match["day"] if match else text


def as_day(text, order):
    """The date that a text is, day, month and year in that order; None where it is none.

    A year of four digits in front, or dots with the year at the end, leave no choice.
    """
    match = DAY.fullmatch(text)
    if not match:
        return None
    first, mark, second, third, *compact = match.groups()
    if compact[0]:
        year, month, day = compact
    elif len(first) > 2:
        year, month, day = first, second, third
    elif mark == "." or order == "dmy":
        day, month, year = first, second, third
    elif order == "mdy":
        month, day, year = first, second, third
    else:
        year, month, day = first, second, third
    if len(day) > 2 or len(year) not in (2, 4):
        return None
    century = 0 if len(year) == 4 else 1900 if int(year) >= CENTURY else 2000
    try:
        return date(century + int(year), int(month), int(day))
    except ValueError:
        return None


def is_credit(text):
    """Whether a cell of a column of credit notes marks one; None where it says neither."""
    word = plain(text)
    if word in YES or CREDIT.search(word):  # first: "Rechnungskorrektur" and "sales return" have both
        return True
    return False if word in NO or INVOICE.search(word) else None


def as_cell(value):
    """A cell of a workbook as text; a number as what it is, which no form of writing makes doubtful."""
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(int(value)) if value == int(value) else Decimal(repr(value))
    return tidy(value.strftime("%Y-%m-%d") if isinstance(value, date) else str(value))


def tidy(text):
    """A text without spaces around it; what databases write for nothing is nothing."""
    text = text.strip()
    return "" if text in NOTHING else text
