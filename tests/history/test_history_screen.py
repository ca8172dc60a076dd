"""The History page in a real browser."""

from ..common import SALESPERSON, ParetoHttpCase, new_test_user
from ..common.test_home_screen import post_invoice


class TestHistoryScreen(ParetoHttpCase):
    def test_a_salesperson_reads_filters_and_logs(self):
        user = new_test_user(self.env, login="anna", groups=f"{SALESPERSON},account.group_account_invoice")
        partner = post_invoice(self.env, user)
        self.start_tour(f"/odoo/res.partner/{partner.id}", "crm_pareto_history", login="anna")
        touch = self.env["crm.pareto.touch"].search([("partner_id", "=", partner.id)])
        self.assertEqual((touch.name, touch.user_id), ("Met at our stand", user))

    def test_one_touch_with_each_of_a_list(self):
        new_test_user(self.env, login="anna", groups=f"{SALESPERSON},base.group_partner_manager")
        people = self.env["res.partner"].create([{"name": name} for name in ("Alder", "Birch")])
        action = self.env.ref("base.action_partner_form")
        action.domain = [("id", "in", people.ids)]
        action.view_mode = "list,form"
        action.view_ids = False
        self.start_tour(f"/odoo/action-{action.id}?view_type=list", "crm_pareto_log_many", login="anna")
        self.assertEqual(self.env["crm.pareto.touch"].search([]).partner_id, people)
