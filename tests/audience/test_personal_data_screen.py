"""The mark on a contact and the months that touches are kept, in a real browser."""

from ..common import SALES_MANAGER, SALESPERSON, ParetoHttpCase, new_test_user
from ..common.test_home_screen import post_invoice


class TestPersonalDataScreen(ParetoHttpCase):
    def test_a_salesperson_marks_a_customer_as_not_to_be_profiled(self):
        user = new_test_user(self.env, login="anna", groups=f"{SALESPERSON},base.group_partner_manager")
        partner = post_invoice(self.env, user)
        self.start_tour(f"/odoo/res.partner/{partner.id}", "crm_pareto_not_profiled", login="anna")
        self.assertTrue(partner.pareto_not_profiled)

    def test_a_manager_says_how_long_calls_are_kept(self):
        new_test_user(self.env, login="berta", groups=SALES_MANAGER)
        self.start_tour("/odoo/customer-value", "crm_pareto_retention", login="berta")
        self.assertIn(
            ("phone", 24),
            [(row.channel, row.months) for row in self.env["crm.pareto.retention"].search([("months", ">", 0)])],
        )
