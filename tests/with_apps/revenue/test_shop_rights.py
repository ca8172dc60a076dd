"""Who sees what shops sold: as with invoices, the figures' own rules; and what they may open of it."""

from freezegun import freeze_time

from tests.common import PROFIT, SALES_MANAGER, SALESPERSON

from .shop import TODAY, ShopCase


@freeze_time(TODAY)
class TestShopRights(ShopCase):
    def seen(self, user):
        self.env.flush_all()
        self.env.invalidate_all()
        report = self.at(user, self.env["crm.pareto.revenue.report"])
        return report.search([("company_id", "=", self.company.id)])

    def test_salespeople_see_what_they_sold_themselves(self):
        sally, simon = (self.new_member(login, SALESPERSON) for login in ("sally", "simon"))
        self.sell(self.ashby, (self.product, 3, 100), user_id=sally.id)
        self.close()
        self.assertEqual(sum(self.seen(sally).mapped("revenue")), 300)
        self.assertFalse(self.seen(simon))

    def test_nobody_sees_what_another_company_sold(self):
        other = self.new_company("Birch Tools", "EUR")
        till = self.new_till(other)
        self.sell(self.ashby, (self.product, 3, 100), till=till)
        self.close(till)
        self.assertFalse(self.seen(self.new_member("manager", SALES_MANAGER)))
        self.assertTrue(self.seen(self.new_member("abroad", SALES_MANAGER, other)) or self.lines(company=other))

    def test_cost_is_for_those_who_may_see_profit(self):
        self.sell(self.ashby, (self.product, 3, 100))
        self.close()
        manager = self.new_member("manager", SALES_MANAGER)
        self.assertNotIn("cost", self.seen(manager).fields_get())
        controller = self.new_member("controller", f"{SALES_MANAGER},{PROFIT}")
        self.assertEqual(self.seen(controller).cost, 120)

    def test_who_may_not_open_the_entry_is_shown_the_row(self):
        self.sell(self.ashby, (self.product, 3, 100))
        entry = self.close()
        line = self.seen(self.new_member("manager", SALES_MANAGER))
        action = line.action_open_move()
        self.assertEqual((action["res_model"], action["res_id"]), (line._name, line.id))
        self.assertEqual(line.web_read({"move_id": {"fields": {"display_name": {}}}})[0]["move_id"]["id"], entry.id)
        accountant = self.new_member("accountant", "account.group_account_manager")
        self.assertEqual(self.seen(accountant).action_open_move()["res_id"], entry.id)
