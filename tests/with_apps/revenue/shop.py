"""What the tests on shops build from: a till, its sessions and what is sold there."""

from datetime import date

from odoo.fields import Command

from ..common import AppsCase

TODAY = date(2026, 6, 30)
INCOME = ("income", "income_other")


class ShopCase(AppsCase):
    """Tests on a shop of the company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True, "generate_pdf": False})
        cls.ashby, cls.bexley = (cls.new_partner(name, is_company=True) for name in ("Ashby", "Bexley"))
        cls.till = cls.new_till(cls.company)

    @classmethod
    def new_till(cls, company, bank=None, **values):
        """A till of a company that takes cards.

        :param bank: the journal of what is paid, by default the company's first
        """
        env = cls.env(context={**cls.env.context, "allowed_company_ids": [company.id]})
        if not env["stock.warehouse"].search_count([("company_id", "=", company.id)]):
            env["stock.warehouse"].create({"name": company.name, "code": company.name[:5], "company_id": company.id})
        method = {"name": "Card", "journal_id": (bank or cls.journal(company, "bank")).id, "company_id": company.id}
        values = {"name": "Till", "company_id": company.id, **values}
        values["payment_method_ids"] = [Command.set(env["pos.payment.method"].create(method).ids)]
        return env["pos.config"].create(values)

    @classmethod
    def journal(cls, company, journal_type):
        return cls.env["account.journal"].search(
            [("company_id", "=", company.id), ("type", "=", journal_type)], limit=1
        )

    @classmethod
    def account(cls, account_type, **values):
        """A new account of a type."""
        code = str(900000 + cls.env["account.account"].search_count([]))
        company = [Command.set(cls.company.ids)]
        values = {"name": f"Shop's {account_type}", "code": code, "company_ids": company, **values}
        return cls.env["account.account"].create({"account_type": account_type, **values})

    def session(self, till=None):
        """The open session of a till."""
        till = till or self.till
        if not till.current_session_id:
            till.open_ui()
            till.current_session_id.set_opening_control(0, "")
        return till.current_session_id

    def sell(self, partner, *lines, till=None, to_invoice=False, **values):
        """An order, paid, in the open session.

        :param lines: (product, quantity, price) or the values of a line
        :param to_invoice: whether it is invoiced at once
        """
        session = self.session(till)
        names = ("product_id", "qty", "price_unit")
        rows = [line if isinstance(line, dict) else dict(zip(names, line, strict=True)) for line in lines]
        unpriced = {"price_subtotal": 0, "price_subtotal_incl": 0}
        rows = [{**row, **unpriced, "product_id": row["product_id"].id} for row in rows]
        order = session.env["pos.order"].create(
            {
                "session_id": session.id,
                "company_id": session.company_id.id,
                "partner_id": partner.id if partner else False,
                "lines": [Command.create(row) for row in rows],
                **dict.fromkeys(("amount_tax", "amount_total", "amount_paid", "amount_return"), 0),
                **values,
            }
        )
        for line in order.lines:
            line._onchange_amount_line_all()
        order._compute_prices()
        return self.pay(order, to_invoice)

    def pay(self, order, to_invoice=False):
        """Pay an order in the open session, and invoice it at once."""
        order.to_invoice = to_invoice
        order.env["pos.make.payment"].with_context(active_ids=order.ids, active_id=order.id).create(
            {"amount": order.amount_total, "payment_method_id": order.config_id.payment_method_ids[0].id}
        ).with_context(active_id=order.id).check()
        return order

    def give_back(self, order, to_invoice=False):
        """Take back all of an order, in the open session."""
        self.session(order.config_id)
        return self.pay(order._refund(), to_invoice)

    def close(self, till=None):
        """Close the open session.

        :return: its journal entry
        """
        session = self.session(till)
        session.action_pos_session_closing_control()
        self.assertEqual(session.state, "closed")
        return session.move_id

    def settled(self):
        """Everything was computed, and no document was written lately."""
        self.recompute(TODAY)
        self.age()

    def age(self):
        """As if nothing had been written lately."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move SET write_date = '2020-01-01'")
        self.env.cr.execute("UPDATE pos_order SET write_date = '2020-01-01'")
        self.env.invalidate_all()

    def lines(self, *domain, company=None):
        """The revenue lines of the company."""
        self.env.flush_all()
        self.env.invalidate_all()
        company = company or self.company
        return self.env["crm.pareto.revenue.report"].search([("company_id", "=", company.id), *domain])

    def turnovers(self):
        """{customer: turnover} of all, computed anew."""
        rows = self.recompute(TODAY)
        self.env.invalidate_all()
        return {partner: row.turnover for partner, row in rows.items()}

    def reconcile(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["crm.pareto.reconciliation"].create({"company_id": self.company.id})

    def income(self, company=None, since=date(2025, 7, 1)):
        """What the profit and loss of the window says, summed in plain Python."""
        company = company or self.company
        items = self.env["account.move.line"].search(
            [("company_id", "=", company.id), ("parent_state", "=", "posted"), ("date", "<=", TODAY)]
        )
        items = items.filtered(lambda item: item.account_id.account_type in INCOME and item.date >= since)
        return round(-sum(items.mapped("balance")), 2)

    def reasons(self, found):
        """{reason: difference} of what explains a difference, of those that are not 0."""
        rows = self.env["crm.pareto.difference"].search(found.action_open_explained()["domain"])
        sums = {reason: round(sum(some.mapped("difference")), 2) for reason, some in rows.grouped("reason").items()}
        return {reason: amount for reason, amount in sums.items() if amount}

    def check_ties(self, reasons=None):
        """Customers and what has none are the ledger's income, but for the reasons; what is attributed ties too."""
        found = self.reconcile()
        self.assertEqual(found.ledger, self.income())
        self.assertEqual(self.reasons(found), reasons or {})
        self.assertEqual(found.unexplained, 0)
        self.assertEqual(found.attribution_difference, 0)
        return found
