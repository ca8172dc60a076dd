"""Profit, cost and margin stay with those who may see them, whatever way they are asked for."""

from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command

from ..common import PROFIT, SALES_MANAGER, SALESPERSON, LedgerCase

MODELS = [
    "crm.pareto.customer",
    "crm.pareto.product",
    "crm.pareto.referral",
    "crm.pareto.run",
    "crm.pareto.revenue.report",
    "res.partner",
    "sale.order",
    "account.move",
    "crm.lead",
    "product.product",
    "product.template",
    "utm.campaign",
    "crm.pareto.campaign",
    "crm.pareto.attribution",
    "crm.pareto.campaign.analysis",
]


class TestProfitRights(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.new_partner("Birch")
        cls.invoice(cls.partner, (cls.product, 1, 100))
        cls.invoice(cls.new_partner("Cedar", pareto_referred_by_id=cls.partner.id), (cls.product, 1, 100))
        cls.recompute()
        campaign = cls.attribute()
        order = {"partner_id": cls.partner.id, "company_id": cls.company.id, "campaign_id": campaign.id}
        cls.env["sale.order"].create(order)
        cls.env["crm.lead"].create({"name": "Gauges", "partner_id": cls.partner.id, "company_id": cls.company.id})
        cls.env["crm.pareto.recompute"]._snapshot(cls.company, "customer", "24", date(2026, 6, 30))
        groups = f"{SALES_MANAGER},account.group_account_invoice,product.group_product_manager,base.group_allow_export"
        cls.manager = cls.new_user("berta", groups)
        cls.controller = cls.new_user("carl", f"{groups},{PROFIT}")
        for user in (cls.manager, cls.controller):
            user.write({"company_ids": [(4, cls.company.id)], "company_id": cls.company.id})
        cls.hidden = [
            (name, field.name) for name in MODELS for field in cls.env[name]._fields.values() if field.groups == PROFIT
        ]

    @classmethod
    def attribute(cls):
        """A campaign that reached the customer before."""
        campaign = cls.env["utm.campaign"].create({"title": "Fair", "company_id": cls.company.id})
        touch = {"partner_id": cls.partner.id, "campaign_id": campaign.id, "date": "2026-06-10", "name": "Met"}
        cls.env["crm.pareto.touch"].create({**touch, "company_id": cls.company.id})
        cls.env["crm.pareto.attribution"]._recompute(cls.company, date(2026, 6, 30))
        return campaign

    def test_a_default_of_a_client_writes_no_field_that_is_for_others(self):
        """Odoo asks for the groups of what is sent; not with sudo, nor of defaults that people saved as their own."""
        campaigns = self.env["utm.campaign"].with_company(self.company).with_context(default_pareto_budget=500)
        self.assert_refused(lambda user: campaigns.with_user(user).create({"title": "New"}), "a budget by default")
        self.assertFalse(campaigns.with_user(self.manager).sudo().create({"title": "New"}).with_user(1).pareto_budget)
        made = campaigns.with_user(self.controller).create({"title": "New"})
        self.assertEqual(made.sudo().with_company(self.company).pareto_budget, 500)
        sent = {"default_pareto_campaign_id": made.id}
        accounts = self.env(user=self.manager, su=True)["account.analytic.account"].with_context(**sent)
        plan = self.env["account.analytic.plan"].create({"name": "Projects"})
        self.assertFalse(accounts.create({"name": "Project", "plan_id": plan.id}).pareto_campaign_id)

    def outcome(self, function):
        """The kind of error that a call ends with, or None."""
        try:
            with self.env.cr.savepoint():
                function()
        except (AccessError, ValueError) as error:
            return type(error)
        finally:
            self.env.invalidate_all()
        return None

    def one(self, name):
        """A record of the model that has a value; of the values, one of a snapshot."""
        domain = {
            "res.partner": [("id", "=", self.partner.id)],
            "product.product": [("id", "=", self.product.id)],
            "product.template": [("id", "=", self.product.product_tmpl_id.id)],
            "crm.pareto.customer": [("snapshot_id", "!=", False)],
        }.get(name, [("company_id", "=", self.company.id)])
        return self.env[name].search(domain, limit=1).ensure_one()

    def assert_refused(self, call, message):
        """A controller may make the call and a manager may not.

        :param call: function of a user
        """
        self.assertIsNone(self.outcome(lambda: call(self.controller)), f"controller, {message}")
        self.assertIsNotNone(self.outcome(lambda: call(self.manager)), f"manager, {message}")

    def test_the_list_of_what_is_hidden_holds_what_it_should(self):
        self.assertLessEqual(
            {
                ("crm.pareto.customer", "profit"),
                ("crm.pareto.customer", "profit_share"),
                ("crm.pareto.customer", "referred_profit"),
                ("crm.pareto.product", "profit_tier_id"),
                ("crm.pareto.referral", "profit_counted"),
                ("crm.pareto.run", "profit_total"),
                ("crm.pareto.revenue.report", "cost"),
                ("crm.pareto.revenue.report", "margin"),
                ("res.partner", "pareto_profit"),
                ("res.partner", "pareto_referred_profit"),
                ("sale.order", "pareto_profit"),
                ("product.template", "pareto_profit"),
                ("utm.campaign", "pareto_cost"),
                ("utm.campaign", "pareto_roi"),
                ("utm.campaign", "pareto_budget"),
                ("crm.pareto.campaign", "margin"),
                ("crm.pareto.attribution", "margin"),
                ("crm.pareto.campaign.analysis", "cost"),
            },
            set(self.hidden),
        )

    def test_no_call_gives_a_hidden_field(self):
        for name, field in self.hidden:
            record = self.one(name)
            self.assertNotIn(field, self.env[name].with_user(self.manager).fields_get())
            description = self.env[name].with_user(self.controller).fields_get([field])[field]
            for call, function in self.calls(name, record, field, description).items():
                with self.subTest(field=f"{name}.{field}", call=call):
                    self.assert_refused(function, f"{call} {name}.{field}")

    def calls(self, name, record, field, description):
        """{kind of call: function of a user}: all the ways in which the field can be asked for."""
        calls = {
            "read": lambda user: record.with_user(user).read([field]),
            "web_read": lambda user: record.with_user(user).web_read({field: {}}),
            "export": lambda user: record.with_user(user).export_data([field]),
            "search_read": lambda user: self.env[name].with_user(user).search_read([], [field], limit=1),
            "web_search_read": lambda user: self.env[name].with_user(user).web_search_read([], {field: {}}, limit=1),
        }
        if description["searchable"]:
            domain = [(field, "!=", 0)]
            calls["search"] = lambda user: self.env[name].with_user(user).search(domain, limit=1)
            calls["search by name"] = lambda user: self.env[name].with_user(user).name_search("", domain)
        if description["sortable"]:
            calls["order"] = lambda user: self.env[name].with_user(user).search([], order=field, limit=1)
        if description["groupable"]:
            calls["group by"] = (
                lambda user: self.env[name].with_user(user).formatted_read_group([], [field], ["__count"])
            )
        if description.get("aggregator"):
            total = f"{field}:{description['aggregator']}"
            calls["total"] = lambda user: self.env[name].with_user(user).formatted_read_group([], [], [total])
            calls["list of groups"] = (
                lambda user: self.env[name].with_user(user).web_read_group([], ["company_id"], [total])
            )
        return calls

    def test_no_path_leads_to_a_hidden_field(self):
        for name, path in (
            ("res.partner", "pareto_value_id.profit"),
            ("sale.order", "partner_id.pareto_profit"),
            ("crm.pareto.customer", "partner_id.pareto_profit"),
            ("product.product", "pareto_value_id.profit"),
            ("crm.pareto.customer", "snapshot_id.profit_total"),
            ("utm.campaign", "pareto_value_id.margin"),
            ("sale.order", "campaign_id.pareto_roi"),
        ):
            with self.subTest(model=name, path=path):
                model, record = self.env[name], self.one(name)
                self.assert_refused(lambda user, m=model, p=path: m.with_user(user).search([(p, ">", 0)]), path)
                columns = [path.replace(".", "/")]
                self.assert_refused(lambda user, r=record, c=columns: r.with_user(user).export_data(c), path)

    def test_no_view_has_a_hidden_field(self):
        for name, field in self.hidden:
            for kind in ("form", "list", "kanban", "pivot", "graph", "search"):
                arch = self.env[name].with_user(self.manager).get_view(view_type=kind)["arch"]
                self.assertNotIn(f'name="{field}"', arch, f"{kind} of {name}")

    def test_the_frozen_costs_are_closed(self):
        costs = self.env["crm.pareto.line.cost"].with_user(self.manager)
        self.assertIs(self.outcome(lambda: costs.search([("company_id", "=", self.company.id)])), AccessError)
        self.assertTrue(costs.with_user(self.controller).search_count([("company_id", "=", self.company.id)]))

    def test_who_sees_own_documents_reads_the_costs_of_own_invoices(self):
        own = self.new_user("otto", f"{SALESPERSON},{PROFIT}")
        own.write({"company_ids": [Command.set(self.company.ids)], "company_id": self.company.id})
        costs = self.env["crm.pareto.line.cost"].with_user(own)
        lines = self.env["crm.pareto.line.cost"].search([("company_id", "=", self.company.id)]).line_id
        lines.move_id.invoice_user_id = self.controller
        self.assertFalse(costs.search_count([("line_id", "in", lines.ids)]))
        lines.move_id.invoice_user_id = own
        self.assertTrue(costs.search_count([("line_id", "in", lines.ids)]))

    def test_the_costs_of_campaigns_are_closed(self):
        costs = self.env["crm.pareto.campaign.cost.report"].with_user(self.manager)
        self.assertIs(self.outcome(lambda: costs.search([])), AccessError)
        self.assertIsNone(self.outcome(lambda: costs.with_user(self.controller).search([])))

    def test_a_controller_gets_them(self):
        row = self.env["crm.pareto.customer"].with_user(self.controller).search([("partner_id", "=", self.partner.id)])
        self.assertEqual(row.read(["profit", "profit_share"])[0]["profit"], 60)
        self.assertEqual(self.partner.with_user(self.controller).pareto_profit, 60)
