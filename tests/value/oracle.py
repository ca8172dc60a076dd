"""What the value rows must hold, worked out a second way: plain Python over the ledger's lines."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

REVENUE_TYPES = ("out_invoice", "out_refund", "out_receipt")


def ledger_lines(env, company):
    """The posted product lines of customer documents, as (customer id or False, date, Decimal revenue)."""
    lines = (
        env["account.move.line"]
        .sudo()
        .search([("company_id", "=", company.id), ("parent_state", "=", "posted"), ("display_type", "=", "product")])
    )
    for line in lines:
        if line.move_id.move_type in REVENUE_TYPES:
            customer = line.move_id.pareto_customer_id.commercial_partner_id or line.move_id.commercial_partner_id
            yield customer.id, line.move_id.invoice_date, -Decimal(str(line.balance)).quantize(Decimal("0.01"))


def turnovers(env, company, date_from, date_to):
    """{customer id, or False for none: Decimal turnover}"""
    sums = defaultdict(Decimal)
    for customer, day, revenue in ledger_lines(env, company):
        if date_from <= day <= date_to:
            sums[customer] += revenue
    return dict(sums)


def tiers(values, bounds):
    """{key: index of its tier}

    :param values: {key: Decimal value}
    :param bounds: ascending shares, as text ("0.80")
    """
    total = sum(max(value, 0) for value in values.values())
    before, result = Fraction(0), {}
    for key, value in sorted(values.items(), key=lambda item: (-item[1], item[0])):
        result[key] = len(bounds) - 1
        if value > 0:
            result[key] = next(
                (index for index, bound in enumerate(bounds) if before / Fraction(total) < Fraction(bound)),
                len(bounds) - 1,
            )
            before += Fraction(value)
    return result
