"""Everybody may save own defaults ("Set Defaults"): with them nobody sets what he or she may not write."""

from odoo.fields import Command

from ..common import SALESPERSON, LedgerCase

ANALYTIC = "analytic.group_analytic_accounting"


class TestOwnDefaults(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.birch, cls.other = cls.new_partner("Birch"), cls.new_partner("Cedar")
        cls.seller = cls.new_member("anna", SALESPERSON)
        cls.employee = cls.new_member("emil", "base.group_user")

    def of(self, user, su=False):
        return self.env(user=user, su=su, context={"allowed_company_ids": self.company.ids})

    def set_default(self, user, model, **values):
        for name, value in values.items():
            self.of(user)["ir.default"].set(model, name, value, user_id=True)

    def test_no_salesperson_credits_an_invoice(self):
        self.set_default(self.seller, "account.move", pareto_customer_id=self.other.id)
        line = Command.create({"product_id": self.product.id, "product_uom_qty": 1})
        order = self.of(self.seller)["sale.order"].create({"partner_id": self.birch.id, "order_line": [line]})
        order.action_confirm()
        order.order_line.qty_delivered = 1
        self.assertFalse(order._create_invoices().pareto_customer_id)

    def test_an_accountant_may(self):
        accountant = self.new_member("ada", "account.group_account_invoice")
        self.set_default(accountant, "account.move", pareto_customer_id=self.other.id)
        values = {"move_type": "out_invoice", "partner_id": self.birch.id}
        self.assertEqual(self.other, self.of(accountant)["account.move"].create(values).pareto_customer_id)

    def test_no_invoice_says_what_it_was_made_anew_for(self):
        """Its number would be read: Odoo makes invoices with sudo for salespeople."""
        abroad = self.new_company("Alder Inc", "USD")
        hidden = self.invoice(self.other, (self.new_product("Scale", company=abroad), 1, 100), company=abroad)
        self.set_default(self.seller, "account.move", pareto_replaced_id=hidden.id)
        made = self.of(self.seller, su=True)["account.move"].create({"move_type": "out_invoice"})
        self.assertFalse(made.pareto_replaced_id)

    def test_no_line_says_it_was_suggested(self):
        self.set_default(self.seller, "sale.order.line", pareto_suggested_id=self.product.id)
        line = Command.create({"product_id": self.product.id})
        order = self.of(self.seller)["sale.order"].create({"partner_id": self.birch.id, "order_line": [line]})
        self.assertFalse(order.order_line.pareto_suggested_id)

    def test_no_employee_sets_a_budget(self):
        self.set_default(self.employee, "utm.campaign", pareto_budget=77)
        campaign = self.of(self.employee)["utm.campaign"].create({"title": "Spring"})
        self.assertFalse(campaign.sudo().with_user(self.env.user).pareto_budget)

    def test_no_activity_says_what_it_is_about(self):
        self.set_default(self.seller, "mail.activity", pareto_company_id=self.company.id)
        values = {"res_model_id": self.env["ir.model"]._get_id("res.partner"), "res_id": self.birch.id}
        for su in (False, True):
            activity = self.of(self.seller, su)["mail.activity"].create(values)
            self.assertFalse(activity.pareto_company_id)

    def test_no_touch_names_who_did_not_change_it(self):
        manager = self.new_member("berta", "sales_team.group_sale_manager")
        self.set_default(self.seller, "crm.pareto.touch", changed_by_ids=[Command.set(manager.ids)])
        values = {"name": "Talk", "partner_id": self.birch.id}
        self.assertFalse(self.of(self.seller)["crm.pareto.touch"].create(values).logged_by)

    def test_no_lead_says_when_it_was_lost(self):
        self.set_default(self.seller, "crm.lead", pareto_lost_on="2001-01-01 00:00:00")
        for su in (False, True):
            self.assertFalse(self.of(self.seller, su)["crm.lead"].create({"name": "Gauges"}).pareto_lost_on)

    def test_no_account_is_a_campaign_s(self):
        campaign = self.env["utm.campaign"].create({"title": "Spring", "company_id": False})
        self.set_default(self.employee, "account.analytic.account", pareto_campaign_id=campaign.id)
        plan = self.env["account.analytic.plan"].create({"name": "Projects"})
        account = self.of(self.employee, su=True)["account.analytic.account"].create({"name": "X", "plan_id": plan.id})
        self.assertFalse(account.pareto_campaign_id)

    def test_no_decision_holds_what_its_person_saved(self):
        """The report tells managers what was decided, and when the customer is silent until."""
        self.set_default(self.seller, "crm.pareto.plan.decision", until="2099-01-01", reason="Told so")
        self.set_default(self.seller, "crm.pareto.plan.line", why="Because", minutes=99)
        found = self.of(self.seller, su=True)["crm.pareto.plan.decision"].default_get(["until", "reason", "company_id"])
        self.assertEqual({"company_id": self.company.id}, found)
        self.assertFalse(self.of(self.seller, su=True)["crm.pareto.plan.line"].default_get(["why", "minutes"]))

    def test_a_hand_over_begins_as_a_draft(self):
        manager = self.new_member("berta", "sales_team.group_sale_manager")
        self.set_default(manager, "crm.pareto.handover", state="done", done_on="2026-06-01 10:00:00")
        handover = self.of(manager)["crm.pareto.handover"].create({"from_user_id": self.seller.id})
        self.assertEqual(("draft", False), (handover.state, handover.done_on))

    def test_nobody_names_a_referrer_out_of_sight(self):
        abroad = self.new_company("Alder Inc", "USD")
        hidden = self.new_partner("Hidden", company_id=abroad.id)
        self.set_default(self.seller, "res.partner", pareto_referred_by_id=hidden.id)
        with self.assertRaises(Exception) as raised:
            self.of(self.seller)["res.partner"].create({"name": "Dogwood"})
        self.assertNotIn("Hidden", str(raised.exception))

    def test_a_value_row_is_made_without_a_manager_s_defaults(self):
        manager = self.new_member("berta", "sales_team.group_sale_manager")
        self.set_default(manager, "crm.pareto.customer", turnover=10**9)
        tier = self.env.ref("crm_pareto.crm_pareto_tier_c")
        values = {"company_id": self.company.id, "partner_id": self.other.id, "tier_id": tier.id, "reason": "New"}
        decisions = self.of(manager)["crm.pareto.manual.tier"].with_context(default_turnover=10**9)
        decisions.create(values)
        row = self.env["crm.pareto.customer"].search([("partner_id", "=", self.other.id)])
        self.assertEqual((tier, 0), (row.tier_id, row.turnover))
