"""Service figures in a real browser."""

from unittest.mock import patch

from odoo.addons.crm_pareto.models.service.crm_pareto_service_report import CrmParetoServiceReport
from odoo.fields import Command

from ..common import PROFIT, SALES_MANAGER, ParetoHttpCase, new_test_user
from ..common.test_home_screen import post_invoice


class TestServiceScreen(ParetoHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(cls.env, login="carl", groups=f"{SALES_MANAGER},{PROFIT}")

    def test_the_page_says_why_profit_after_service_is_not_known(self):
        post_invoice(self.env, self.user)
        self.start_tour("/odoo/pareto", "crm_pareto_service_unknown", login="carl")

    def test_from_a_customer_to_the_service_behind_the_figures(self):
        partner = post_invoice(self.env, self.user)
        line = {"name": "Gauge", "price_unit": 100, "tax_ids": [Command.clear()]}
        values = {"move_type": "out_refund", "partner_id": partner.id, "invoice_line_ids": [Command.create(line)]}
        self.env["account.move"].create(values).action_post()
        # As where an app is installed: without one, not even credit notes are shown.
        with patch.object(CrmParetoServiceReport, "_get_missing_kinds", lambda report: {}):
            self.env["crm.pareto.recompute"]._recompute(self.env.company)
        self.start_tour(f"/odoo/res.partner/{partner.id}", "crm_pareto_service_behind", login="carl")
