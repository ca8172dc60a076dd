"""Invoices, payments and credit notes."""

import datetime

from odoo import Command

from .clock import at_office_hours
from .deals import by_company, orders_of
from .fulfilment import enter_return
from .touches import about_invoices

NEVER_PAID, PART_PAID, LATE = 0.03, 0.03, 0.14  # shares of invoices
MAILED_SHARE = 0.4
REASONS = ("Damaged in transit", "Wrong version delivered", "Taken back as agreed", "Did not fit the connection")


def invoice(scene, entries):
    """Invoice what can be invoiced, and enter how it will be paid."""
    random = scene.random(f"invoice {scene.clock.today}")
    for key, some in by_company(entries):
        ready = [entry for entry in some if entry[1].order.invoice_status == "to invoice"]
        if not ready:
            continue
        orders = orders_of(scene.act(key), ready)
        before = orders.invoice_ids
        # Makes one invoice for each order, in their order.
        invoices = orders._create_invoices(grouped=True)
        for _day, deal in ready:
            deal.invoice = (deal.order.invoice_ids - before)[:1]
        # Each write works out terms, taxes and rates anew, so one for each day.
        for day in sorted({day for day, _deal in ready}):
            same_day = invoices.browse().union(*[deal.invoice for other, deal in ready if other == day])
            same_day.invoice_date = day
        invoices.action_post()
        about_invoices(scene, ready, MAILED_SHARE)
        for day, deal in ready:
            scene.made_on(deal.invoice, at_office_hours(day))
            _enter_payment(scene, random, day, deal)
            enter_return(scene, random, day, deal)


def _enter_payment(scene, random, day, deal):
    dice = random.random()
    if dice < NEVER_PAID:
        return
    due = deal.invoice.invoice_date_due or day
    late = random.randint(10, 45) if dice > 1 - LATE else random.randint(-6, 3)
    share = 0.5 if dice < NEVER_PAID + PART_PAID else 1
    scene.timeline.at(max(due + datetime.timedelta(days=late), day), "pay", (deal.invoice, share))


def pay(scene, entries):
    """Register the payments in and out.

    Not by the payment dialogue, which knows one date at a time, but by what it does: make, post, reconcile.

    :param entries: [(day, (account.move, share paid))]
    """
    for key, company in scene.companies.items():
        some = [(day, paid, share) for day, (paid, share) in entries if paid.company_id == company]
        some = [(day, paid, share) for day, paid, share in some if paid.amount_residual]
        if not some:
            continue
        env = scene.act(key)
        bank = env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", company.id)], limit=1)
        payments = env["account.payment"].create([_payment_values(bank, *row) for row in some])
        payments.action_post()
        pairs = [
            (paid.line_ids | payment.move_id.line_ids).filtered(_is_open)
            for (_day, paid, _share), payment in zip(some, payments, strict=True)
        ]
        env["account.move.line"]._reconcile_plan(pairs)
        for (day, _paid, _share), payment in zip(some, payments, strict=True):
            for record in (payment, payment.move_id):
                scene.made_on(record, at_office_hours(day))


def _payment_values(bank, day, document, share):
    inbound = document.is_inbound()
    return {
        "date": day,
        "amount": document.currency_id.round(document.amount_residual * share),
        "currency_id": document.currency_id.id,
        "payment_type": "inbound" if inbound else "outbound",
        "partner_type": "customer" if document.is_sale_document() else "supplier",
        "partner_id": document.commercial_partner_id.id,
        "journal_id": bank.id,
        "memo": document.payment_reference or document.ref or document.name,
        "invoice_ids": [Command.set(document.ids)],
    }


def _is_open(line):
    return line.account_id.account_type in ("asset_receivable", "liability_payable") and not line.reconciled


def credit(scene, entries):
    """Give credit notes for what came back, and set them off against their invoices.

    :param entries: [(day, (deal, product))]
    """
    random = scene.random(f"credit {scene.clock.today}")
    for day, (deal, product) in entries:
        origin = deal.invoice
        if origin.reversal_move_ids:
            continue
        env = scene.act(deal.customer.company)
        wizard = env["account.move.reversal"].with_context(active_model="account.move", active_ids=origin.ids)
        wizard = wizard.create({"reason": random.choice(REASONS), "date": day, "journal_id": origin.journal_id.id})
        wizard.refund_moves()
        refund = wizard.new_move_ids
        line = refund.invoice_line_ids.filtered(lambda line, product=product: line.product_id == product)[:1]
        if line:
            others = [Command.delete(other) for other in (refund.invoice_line_ids - line).ids]
            refund.write({"invoice_line_ids": [*others, Command.update(line.id, {"quantity": 1})]})
        refund.action_post()
        scene.made_on(refund, at_office_hours(day))
        lines = (origin | refund).line_ids.filtered(_is_open)
        if len(lines.move_id) == 2:
            lines.reconcile()
        else:
            scene.timeline.at(day + datetime.timedelta(days=10), "pay", (refund, 1))
