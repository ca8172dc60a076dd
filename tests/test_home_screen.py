"""The app in a real browser."""

from .common import SALESPERSON, ParetoHttpCase, new_test_user


class TestHomeScreen(ParetoHttpCase):
    def test_a_salesperson_opens_the_app_and_meets_the_customers(self):
        new_test_user(self.env, login="anna", groups=SALESPERSON)
        self.env["res.partner"].create({"name": "Alder Instruments", "customer_rank": 1})
        self.start_tour("/odoo", "crm_pareto_home", login="anna")
