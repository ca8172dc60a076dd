"""Invoices to link in a real browser."""

from odoo.fields import Command

from ..common import ParetoHttpCase, new_test_user
from .linking import INVOICING


def sell_over_the_counter(env):
    """A posted invoice to a walk-in partner, delivered to a customer."""
    walk_in, birch = env["res.partner"].create(
        [{"name": "Walk-in", "pareto_not_customer": True}, {"name": "Birch Works", "is_company": True}]
    )
    line = {"name": "Gauge", "quantity": 1, "price_unit": 1000, "tax_ids": [Command.clear()]}
    values = {"move_type": "out_invoice", "partner_id": walk_in.id, "partner_shipping_id": birch.id}
    move = env["account.move"].create({**values, "invoice_line_ids": [Command.create(line)]})
    move.action_post()
    return move


class TestLinkScreen(ParetoHttpCase):
    def setUp(self):
        super().setUp()
        new_test_user(self.env, login="anton", groups=INVOICING)
        self.move = sell_over_the_counter(self.env)

    def test_an_invoicing_user_accepts_a_suggestion_and_undoes_it(self):
        self.start_tour("/odoo/invoices-to-link", "crm_pareto_link", login="anton")
        links = self.env["crm.pareto.link"].search([("move_id", "=", self.move.id)])
        self.assertEqual(links.mapped("undone"), [False, True])
        self.assertEqual(self.move.pareto_customer_id.name, "Birch Works")

    def test_an_invoicing_user_accepts_what_is_certain(self):
        self.start_tour("/odoo/invoices-to-link", "crm_pareto_link_many", login="anton")
        self.assertEqual(self.move.pareto_customer_id.name, "Birch Works")
