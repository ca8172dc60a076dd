"""The buying centre in a real browser."""

from odoo.fields import Command

from ..common import SALESPERSON, ParetoHttpCase, new_test_user


class TestCentreScreen(ParetoHttpCase):
    def setUp(self):
        super().setUp()
        self.user = new_test_user(self.env, login="sam", groups=SALESPERSON)
        self.customer = self.env["res.partner"].create({"name": "Alder Works", "is_company": True})
        self.anna, self.ben = self.env["res.partner"].create(
            [{"name": name, "parent_id": self.customer.id} for name in ("Anna", "Ben")]
        )

    def new_deal(self, name, **values):
        values = {"name": name, "partner_id": self.customer.id, "user_id": self.user.id, **values}
        return self.env["crm.lead"].create({"type": "opportunity", **values})

    def test_a_salesperson_says_who_decides_at_a_customer_of_the_first_tier(self):
        line = {"name": "Gauge", "quantity": 1, "price_unit": 1000, "tax_ids": [Command.clear()]}
        values = {"move_type": "out_invoice", "partner_id": self.customer.id}
        self.env["account.move"].create({**values, "invoice_line_ids": [Command.create(line)]}).action_post()
        self.env["crm.pareto.recompute"]._recompute(self.env.company)
        self.start_tour(f"/odoo/res.partner/{self.customer.id}", "crm_pareto_centre_customer", login="sam")
        self.assertEqual(self.customer.pareto_decides_ids, self.anna)

    def test_a_salesperson_says_who_decides_on_a_deal(self):
        deal = self.new_deal("First line")
        self.start_tour(f"/odoo/crm.lead/{deal.id}", "crm_pareto_centre_deal", login="sam")
        self.assertEqual(deal.pareto_decides_ids, self.anna)

    def test_a_salesperson_finds_the_deals_without_a_decision_maker(self):
        self.new_deal("First line", pareto_decides_ids=[Command.set(self.anna.ids)])
        self.new_deal("Second line")
        self.start_tour("/odoo/action-crm.crm_lead_action_pipeline", "crm_pareto_centre_filter", login="sam")
