"""The demo company, small: every state in it is one that Odoo itself arrived at."""

from datetime import timedelta

from odoo.fields import Date

from dev.demo import company

from .common import ParetoCase


class TestDemoCompany(ParetoCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.before = {name: cls.env[name].search([]).ids for name in ("account.move", "sale.order", "res.company")}
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        company.load(cls.env, scale=0.1)

    def made(self, model, *domain):
        """The records of a model that the demo company made, of all companies."""
        companies = self.env["res.company"].search([])
        records = self.env[model].with_context(allowed_company_ids=companies.ids)
        return records.search([("id", "not in", self.before.get(model, [])), *domain])

    def test_two_companies_sell_in_two_currencies(self):
        invoices = self.made("account.move", ("move_type", "=", "out_invoice"))
        self.assertEqual(len(invoices.company_id), 2)
        self.assertEqual(set(invoices.mapped("company_currency_id.name")), {"EUR", "USD"})

    def test_every_customer_document_is_posted_and_balances(self):
        documents = self.made("account.move", ("move_type", "in", ("out_invoice", "out_refund")))
        self.assertEqual(set(documents.mapped("state")), {"posted"})
        for document in documents:
            self.assertEqual(round(sum(document.line_ids.mapped("balance")), 2), 0)
        self.assertIn("out_refund", documents.mapped("move_type"))

    def test_business_spreads_over_two_years_and_none_of_it_is_in_the_future(self):
        days = self.made("account.move", ("move_type", "=", "out_invoice")).mapped("invoice_date")
        self.assertLessEqual(max(days), Date.today())
        self.assertLess(min(days), Date.today() - timedelta(days=500))

    def test_orders_are_in_all_states_people_meet(self):
        states = set(self.made("sale.order").mapped("state"))
        self.assertLessEqual({"sent", "sale", "cancel"}, states)

    def test_no_mail_waits_to_leave_the_machine(self):
        self.assertFalse(self.env["mail.mail"].search([("state", "=", "outgoing")]))

    def test_the_four_people_can_log_in(self):
        people = self.env["res.users"].search([("login", "in", ("sales", "manager", "accountant", "admin"))])
        self.assertEqual(len(people), 4)
        sales = people.filtered(lambda user: user.login == "sales")
        self.assertTrue(sales.has_group("sales_team.group_sale_salesman"))
        self.assertFalse(sales.has_group("sales_team.group_sale_salesman_all_leads"))
