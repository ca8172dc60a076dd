"""The documents that lines of somebody's sales export make up."""

from collections import defaultdict

from .own_lines import CENT, amount


def make_documents(lines, step=CENT):
    """[(lines, whether it is a credit note)], by day, then by place in the file.

    A document is what has a number, a customer and a day in common; what came back is a credit note of its own. Where
    prices below zero are more than all others, it is of the other kind, with the quantities turned: no total is
    negative, and what went out did.

    :param step: the smallest amount of the currency
    """
    by_document = defaultdict(list)
    for line in lines:
        by_document[line.day, line.invoice, line.customer, line.credit].append(line)
    found = sorted(by_document.values(), key=lambda document: (document[0].day, document[0].number))
    return [_turned(document) if _is_negative(document, step) else (document, document[0].credit) for document in found]


def _is_negative(document, step):
    total = sum(amount(line, step) for line in document)
    return total > 0 if document[0].credit else total < 0


def _turned(document):
    credit = not document[0].credit
    return [line._replace(quantity=-line.quantity, credit=credit) for line in document], credit
