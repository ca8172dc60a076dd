"""Invoices, payments and credit notes."""

import datetime

from odoo import Command

from . import fulfilment
from .clock import working_day

NEVER_PAID, PART_PAID, LATE = 0.03, 0.03, 0.14  # shares of invoices
REASONS = ("Damaged in transit", "Wrong version delivered", "Taken back as agreed", "Price correction")


def invoice(scene, deals):
    """Invoice what can be invoiced, and enter how it will be paid."""
    random = scene.random(f"invoice {scene.clock.today}")
    for key, some in by_company(deals):
        env = scene.act(key)
        ready = [deal for deal in some if deal.order.invoice_status == "to invoice"]
        if not ready:
            continue
        orders = env["sale.order"].union(*[deal.order for deal in ready])
        before = orders.invoice_ids
        invoices = orders._create_invoices(grouped=True)
        invoices.write({"invoice_date": scene.clock.today})
        invoices.sorted("id").action_post()
        for deal in ready:
            deal.invoice = (deal.order.invoice_ids - before)[:1]
            if deal.invoice:
                _enter_payment(scene, random, deal)
                fulfilment.enter_return(scene, random, deal)


def _enter_payment(scene, random, deal):
    dice = random.random()
    if dice < NEVER_PAID:
        return
    due = deal.invoice.invoice_date_due or scene.clock.today
    late = random.randint(10, 45) if dice > 1 - LATE else random.randint(-6, 3)
    share = 0.5 if dice < NEVER_PAID + PART_PAID else 1
    day = max(working_day(due + datetime.timedelta(days=late)), scene.clock.today)
    scene.timeline.at(day, "pay", (deal.invoice, share))


def pay(scene, invoices):
    """Register the payments that came in.

    :param invoices: [(account.move, share paid)]
    """
    whole = [invoice for invoice, share in invoices if share == 1]
    for key, company in scene.companies.items():
        mine = [invoice for invoice in whole if invoice.company_id == company]
        if mine:
            _register(scene, scene.act(key), mine, {"group_payment": False})
    for invoice, share in invoices:
        if share != 1:
            key = next(key for key, company in scene.companies.items() if company == invoice.company_id)
            _register(scene, scene.act(key), [invoice], {"amount": round(invoice.amount_total * share, 2)})


def _register(scene, env, invoices, values):
    open_ids = [invoice.id for invoice in invoices if invoice.amount_residual > 0]
    if not open_ids:
        return
    context = {"active_model": "account.move", "active_ids": open_ids}
    wizard = env["account.payment.register"].with_context(**context)
    wizard.create({"payment_date": scene.clock.today, **values})._create_payments()


def credit(scene, returns):
    """Give credit notes for what came back, and set them off against their invoices.

    :param returns: [(deal, product or nothing for the whole invoice)]
    """
    random = scene.random(f"credit {scene.clock.today}")
    for deal, product in returns:
        origin = deal.invoice
        if not origin or origin.reversal_move_ids:
            continue
        env = scene.act(deal.customer.company)
        wizard = env["account.move.reversal"].with_context(active_model="account.move", active_ids=origin.ids)
        wizard = wizard.create({"reason": random.choice(REASONS), "date": scene.clock.today})
        wizard.refund_moves()
        refund = wizard.new_move_ids
        line = refund.invoice_line_ids.filtered(lambda line, product=product: line.product_id == product)[:1]
        if line:
            others = (refund.invoice_line_ids - line).ids
            commands = [Command.delete(other) for other in others]
            refund.write({"invoice_line_ids": [*commands, Command.update(line.id, {"quantity": 1})]})
        refund.action_post()
        receivable = (origin | refund).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and not line.reconciled
        )
        if len(receivable.move_id) == 2:
            receivable.reconcile()
        elif refund.amount_residual:
            _register(scene, env, [refund], {})
