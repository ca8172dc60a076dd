"""What the tests of linking build from: a company with a walk-in partner, customers, and documents to link."""

from datetime import date

from odoo.fields import Command

from ..common import LedgerCase

DAY = date(2026, 6, 15)
INVOICING = "account.group_account_invoice"


class LinkCase(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.walk_in = cls.new_partner("Walk-in", pareto_not_customer=True)
        cls.birch = cls.new_partner("Birch Works", is_company=True)
        cls.accountant = cls.new_user("anton", INVOICING)
        cls.accountant.write({"company_ids": [Command.link(cls.company.id)], "company_id": cls.company.id})

    def sold(self, partner=None, **values):
        """A posted invoice over 100, by default to the walk-in partner."""
        return self.invoice(partner or self.walk_in, (self.product, 1, 100), **values)

    def order(self, partner, **values):
        """A confirmed order over one piece, of the day of the invoices."""
        line = Command.create({"product_id": self.product.id, "price_unit": 100})
        order = self.env["sale.order"].create({"partner_id": partner.id, "order_line": [line], **values})
        order.action_confirm()
        order.date_order = f"{DAY} 10:00:00"
        return order

    def bill(self, order, **values):
        """The order's posted invoice."""
        order.order_line.qty_delivered = 1
        move = order._create_invoices()
        move.write({"invoice_date": DAY, **values})
        move.action_post()
        return move

    def listed(self, move, user=None):
        """The document's row in the work list, if it is there."""
        rows = self.env["crm.pareto.invoice.link"].with_user(user or self.env.user)
        self.env.invalidate_all()
        return rows.search([("move_id", "=", move.id)])

    def suggested(self, move):
        """{candidate: (kinds of evidence, certainty)}"""
        rows = self.listed(move).suggestion_ids
        return {
            row.customer_id or row.campaign_id: ([kind for kind, _detail in row.evidence], row.certainty)
            for row in rows
        }

    def links(self, *moves):
        return self.env["crm.pareto.link"].search([("move_id", "in", [move.id for move in moves])])
