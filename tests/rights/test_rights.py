"""Who sees the app without being set up, and who does not."""

from ..common import SALES_MANAGER, SALESPERSON, ParetoCase


class TestGroups(ParetoCase):
    def test_a_salesperson_is_a_user_and_sees_no_profit(self):
        user = self.new_user("anna", SALESPERSON)
        self.assertTrue(user.has_group("crm_pareto.group_user"))
        self.assertFalse(user.has_group("crm_pareto.group_manager"))
        self.assertFalse(user.has_group("crm_pareto.group_profit"))

    def test_a_sales_manager_is_a_manager_and_sees_no_profit(self):
        user = self.new_user("berta", SALES_MANAGER)
        self.assertTrue(user.has_group("crm_pareto.group_manager"))
        self.assertFalse(user.has_group("crm_pareto.group_profit"))

    def test_profit_is_granted_apart(self):
        user = self.new_user("carl", "crm_pareto.group_profit")
        self.assertTrue(user.has_group("crm_pareto.group_user"))
        self.assertFalse(user.has_group("crm_pareto.group_manager"))

    def test_the_app_is_on_the_home_menu_of_those_who_sell_only(self):
        menu = self.env.ref("crm_pareto.crm_pareto_menu_root")
        for login, groups, sees in (("anna", SALESPERSON, True), ("dora", "base.group_user", False)):
            visible = menu.with_user(self.new_user(login, groups))._filter_visible_menus()
            self.assertEqual(bool(visible), sees, login)
