"""The Marketing Return page in a real browser."""

from datetime import timedelta

import pytest
from odoo import fields
from odoo.fields import Command

from ..common import SALES_MANAGER, ParetoHttpCase, new_test_user

pytestmark = pytest.mark.dated


class TestReturnScreen(ParetoHttpCase):
    def sell(self):
        """Two fairs' touches, the second at another source, before one invoice; the first cost something."""
        customer = self.env["res.partner"].create({"name": "Alder Instruments"})
        for days, title in ((9, "Spring Fair"), (3, "Autumn Fair")):
            touch = {"name": "Met", "partner_id": customer.id, "date": fields.Datetime.now() - timedelta(days=days)}
            campaign = self.env["utm.campaign"].create({"title": title})
            source = self.env["utm.source"].create({"name": f"Stand of {title}"})
            self.env["crm.pareto.touch"].create({**touch, "campaign_id": campaign.id, "source_id": source.id})
        product = self.env["product.product"].create({"name": "Calibration", "type": "service"})
        line = {"product_id": product.id, "quantity": 1, "price_unit": 1000, "tax_ids": [Command.clear()]}
        today = fields.Date.context_today(customer)
        move = {"move_type": "out_invoice", "partner_id": customer.id, "invoice_date": today}
        move = self.env["account.move"].create({**move, "invoice_line_ids": [Command.create(line)]})
        move.action_post()
        self.env["crm.pareto.attribution"]._recompute(self.env.company)

    def test_from_the_menu_to_the_sales_behind_a_source(self):
        new_test_user(self.env, login="berta", groups=f"{SALES_MANAGER},crm_pareto.group_profit")
        self.sell()
        self.start_tour("/odoo/pareto", "crm_pareto_return", login="berta")

    def test_without_the_right_to_see_costs(self):
        new_test_user(self.env, login="anna", groups="sales_team.group_sale_salesman_all_leads")
        self.sell()
        self.start_tour("/odoo/marketing-return", "crm_pareto_return_revenue", login="anna")

    def test_an_empty_page_says_what_to_do(self):
        new_test_user(self.env, login="berta", groups=SALES_MANAGER)
        self.start_tour("/odoo/marketing-return", "crm_pareto_return_empty", login="berta")
