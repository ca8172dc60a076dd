"""The treatment of tiers in a real browser."""

from ..common import SALES_MANAGER, SALESPERSON, ParetoHttpCase, new_test_user
from ..common.test_home_screen import post_invoice


class TestTreatmentScreen(ParetoHttpCase):
    def test_a_manager_has_who_leaves_a_tier_treated(self):
        user = new_test_user(self.env, login="berta", groups=SALES_MANAGER)
        post_invoice(self.env, user)
        self.start_tour("/odoo/customer-value", "crm_pareto_treatment", login="berta")
        tier = self.env["crm.pareto.tier"].search([("treat_on_leave", "=", True)])
        self.assertEqual((tier.name, tier.treat_on_enter), ("A", False))

    def test_the_customer_says_that_contact_is_overdue(self):
        user = new_test_user(self.env, login="anna", groups=SALESPERSON)
        partner = post_invoice(self.env, user)
        partner.pareto_tier_id.touch_days = 30
        self.start_tour(f"/odoo/res.partner/{partner.id}", "crm_pareto_overdue", login="anna")
