"""A customer's or product's value on the records where people meet it."""

from odoo.fields import Command

from ..common import PROFIT, SALES_MANAGER, SALESPERSON, LedgerCase

A, B = "A", "B"


class TestPartner(LedgerCase):
    def setUp(self):
        super().setUp()
        self.partner = self.new_partner("Birch", is_company=True)
        self.child = self.new_partner("Cleo", parent_id=self.partner.id)
        self.invoice(self.child, (self.product, 1, 100))
        self.recompute()
        self.env.invalidate_all()

    def test_a_contact_shows_the_value_of_its_company(self):
        self.assertEqual((self.child.pareto_tier_id.name, self.child.pareto_turnover), (A, 100))

    def test_search_sort_and_group_by_tier_are_joins(self):
        partners = self.env["res.partner"]
        mine = [("id", "in", (self.partner + self.child).ids)]
        tier = self.env.ref("crm_pareto.crm_pareto_tier_a")
        with self.assertQueryCount(1):
            found = partners.search(mine + [("pareto_tier_id", "=", tier.id)], order="pareto_turnover DESC, id")
        self.assertEqual(found, self.partner + self.child)
        self.assertEqual(partners._read_group(mine, ["pareto_tier_id"], ["__count"]), [(tier, 2)])

    def test_a_page_of_partners_with_our_columns_costs_one_query(self):
        partners = (self.partner + self.child).with_context(tz="UTC")  # as in any request
        self.env.user.mapped("company_id")
        partners.mapped("commercial_partner_id.company_id")
        self.env.company.currency_id.mapped("symbol")
        self.env["crm.pareto.tier"].search([]).mapped("name")
        with self.assertQueryCount(1):
            for name in ("pareto_tier_id", "pareto_turnover", "pareto_turnover_rank", "pareto_profit"):
                partners.mapped(name)

    def test_profit_is_for_those_who_may_see_it(self):
        salesperson = self.new_user("anna", SALESPERSON)
        controller = self.new_user("carl", f"{SALES_MANAGER},{PROFIT}")
        for user in (salesperson, controller):
            user.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        self.assertIn("pareto_profit", self.partner.with_user(controller).fields_get())
        self.assertNotIn("pareto_profit", self.partner.with_user(salesperson).fields_get())


class TestTreatment(LedgerCase):
    def test_the_partner_form_tells_what_the_tier_means(self):
        seller, leader, other = (self.new_user(login, SALESPERSON) for login in ("anna", "lea", "otto"))
        self.env["crm.team"].create({"name": "North", "user_id": leader.id, "member_ids": [Command.link(seller.id)]})
        partner = self.new_partner("Birch", user_id=seller.id)
        self.invoice(partner, (self.product, 1, 100))
        tier = self.recompute()[partner].tier_id
        tier.write({"touch_days": 14, "note": "Call the boss"})
        self.assertEqual((partner.pareto_touch_days, partner.pareto_treatment), (14, "Call the boss"))
        for responsible, user in (("salesperson", seller), ("team_leader", leader), ("user", other)):
            tier.write({"responsible": responsible, "user_id": other.id})
            self.env.invalidate_all()
            self.assertEqual(partner.pareto_responsible_id, user, responsible)


class TestProductForm(LedgerCase):
    def test_variants_have_their_values_and_the_template_their_sum(self):
        attribute = self.env["product.attribute"].create(
            {"name": "Size", "value_ids": [Command.create({"name": name}) for name in "SL"]}
        )
        line = {"attribute_id": attribute.id, "value_ids": [Command.set(attribute.value_ids.ids)]}
        template = self.env["product.template"].create(
            {"name": "Probe", "attribute_line_ids": [Command.create(line)], "taxes_id": [Command.clear()]}
        )
        small, large = template.product_variant_ids
        self.invoice(self.new_partner("Birch"), (small, 1, 900), (large, 2, 50))
        self.recompute()
        self.assertEqual([small.pareto_turnover, large.pareto_turnover], [900, 100])
        self.assertEqual([small.pareto_tier_id.name, large.pareto_tier_id.name], [A, B])
        self.assertEqual((template.pareto_turnover, template.pareto_tier_id.name), (1000, A))
        self.assertEqual(
            self.env["crm.pareto.product"].search(template.action_open_pareto_values()["domain"]).product_id,
            small + large,
        )
        opened = self.env["crm.pareto.revenue.report"].search(large.action_open_pareto_revenue()["domain"])
        self.assertEqual(sum(opened.mapped("revenue")), 100)
        self.assertEqual(self.env["product.product"].search([("pareto_value_id.turnover", ">", 500)]), small)


class TestDrillDown(LedgerCase):
    def test_it_opens_for_a_reader_of_values_who_may_not_read_invoices(self):
        partner = self.new_partner("Birch")
        self.invoice(self.new_partner("Agency"), (self.product, 1, 100), pareto_customer_id=partner.id)
        domain = self.recompute()[partner]._get_revenue_domain()
        reader = self.new_user("carl", PROFIT)
        reader.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        opened = self.env["crm.pareto.revenue.report"].with_user(reader).search(domain)
        self.assertEqual(sum(opened.mapped("margin")), 60)


class TestOrder(LedgerCase):
    def test_the_line_at_the_top_tells_tier_turnover_and_the_last_order(self):
        company = self.new_partner("Birch", is_company=True)
        contact = self.new_partner("Berta", parent_id=company.id)
        self.invoice(company, (self.product, 1, 100))
        self.recompute()
        line = {"product_id": self.product.id}
        first, second, other = self.env["sale.order"].create(
            [
                {"partner_id": partner.id, "company_id": self.company.id, "order_line": [Command.create(line)]}
                for partner in (contact, company, self.new_partner("Other"))
            ]
        )
        self.assertEqual((second.pareto_tier_id.name, second.pareto_turnover), (A, 100))
        self.assertFalse(second.pareto_last_order_date)
        (first + other).action_confirm()
        self.env.invalidate_all()
        self.assertEqual(second.pareto_last_order_date, first.date_order)
        self.assertFalse(first.pareto_last_order_date)


class TestPipeline(LedgerCase):
    def test_opportunities_can_be_found_sorted_and_grouped_by_their_customers_value(self):
        big, small, new = (self.new_partner(name) for name in ("Big", "Small", "New"))
        for partner, amount in ((big, 960), (small, 40)):
            self.invoice(partner, (self.product, 1, amount))
        self.recompute()
        leads = self.env["crm.lead"].create(
            [
                {"name": partner.name, "partner_id": partner.id, "company_id": self.company.id, "type": "opportunity"}
                for partner in (small, new, big)
            ]
        )
        mine = [("id", "in", leads.ids)]
        found = self.env["crm.lead"].search([*mine, ("pareto_tier_id", "=", A)])
        self.assertEqual(found.mapped("name"), ["Big"])
        ordered = self.env["crm.lead"].search([*mine, ("pareto_turnover", ">", 0)], order="pareto_turnover desc")
        self.assertEqual(ordered.mapped("name"), ["Big", "Small"])
        groups = self.env["crm.lead"]._read_group(mine, ["pareto_tier_id"], ["__count"], order="pareto_tier_id")
        self.assertEqual([(tier.name, count) for tier, count in groups], [(A, 1), ("C", 1), (False, 1)])


class TestRecordRules(LedgerCase):
    """An administrator writes rules of their own on our models; what is joined to a record asks them, too."""

    def setUp(self):
        super().setUp()
        self.shown, self.hidden = (self.new_partner(name) for name in ("Shown", "Hidden"))
        for partner, amount in ((self.shown, 300), (self.hidden, 700)):
            self.invoice(partner, (self.product, 1, amount))
        self.recompute()
        manager = self.new_user("berta", SALES_MANAGER)
        manager.write({"company_ids": [Command.set(self.company.ids)], "company_id": self.company.id})
        self.as_manager = self.env(user=manager, su=False, context={"allowed_company_ids": self.company.ids})

    def hide(self, model, domain):
        values = {"name": "Ours", "model_id": self.env["ir.model"]._get_id(model), "domain_force": domain}
        self.env["ir.rule"].create(values)
        self.env.invalidate_all()

    def hide_the_value(self):
        """By a column of the row, and by a path that leads elsewhere."""
        for domain in (f"[('partner_id', '!=', {self.hidden.id})]", "[('partner_id.name', '!=', 'Hidden')]"):
            with self.subTest(domain=domain):
                self.hide("crm.pareto.customer", domain)
                yield
            self.env["ir.rule"].search([("name", "=", "Ours")]).unlink()

    def assert_hidden(self, model, records):
        mine = [("id", "in", records.ids)]
        shown, hidden = self.as_manager[model].browse(records.ids)
        [sums] = shown.formatted_read_group(mine, [], ["pareto_turnover:sum"])
        self.assertEqual(300, sums["pareto_turnover:sum"])
        self.assertEqual(shown + hidden, shown.search(mine, order="pareto_turnover desc nulls last"))
        self.assertEqual(shown, shown.search([*mine, ("pareto_turnover", ">", 0)]))
        groups = shown.formatted_read_group(mine, ["pareto_tier_id"], ["__count"])
        self.assertEqual([1, 1], [group["__count"] for group in groups])
        self.assertIn(False, [group["pareto_tier_id"] for group in groups])
        self.assertEqual((300, False), (shown.pareto_turnover, bool(hidden.pareto_value_id)))

    def test_on_contacts_they_hold_in_sums_orders_and_groups(self):
        for _rule in self.hide_the_value():
            self.assert_hidden("res.partner", self.shown + self.hidden)

    def test_so_does_ours_that_leaves_a_salesperson_his_or_her_own_customers(self):
        seller = self.new_user("anna", SALESPERSON)
        seller.write({"company_ids": [Command.set(self.company.ids)], "company_id": self.company.id})
        self.hidden.user_id = self.env.user
        self.shown.user_id = seller
        self.env.invalidate_all()
        self.as_manager = self.as_manager(user=seller)
        self.assert_hidden("res.partner", self.shown + self.hidden)

    def test_and_on_documents(self):
        orders = self.env["sale.order"].create(
            [
                {"partner_id": partner.id, "company_id": self.company.id, "order_line": [Command.create(line)]}
                for partner in (self.shown, self.hidden)
                for line in ({"product_id": self.product.id},)
            ]
        )
        for _rule in self.hide_the_value():
            self.assert_hidden("sale.order", orders)

    def test_and_on_campaigns(self):
        campaigns = self.env["utm.campaign"].create(
            [{"title": title, "company_id": self.company.id} for title in ("Shown", "Hidden")]
        )
        mine, model = [("id", "in", campaigns.ids)], self.company.pareto_attribution_model
        row = {"company_id": self.company.id, "model": model}
        self.env["crm.pareto.campaign"].create(
            [
                {**row, "campaign_id": campaign.id, "revenue": revenue}
                for campaign, revenue in zip(campaigns, (300, 700), strict=True)
            ]
        )
        self.hide("crm.pareto.campaign", f"[('campaign_id', '!=', {campaigns[1].id})]")
        theirs = self.as_manager["utm.campaign"]
        [sums] = theirs.formatted_read_group(mine, [], ["pareto_revenue:sum"])
        self.assertEqual(300, sums["pareto_revenue:sum"])
        self.assertEqual(campaigns.ids, theirs.search(mine, order="pareto_revenue desc nulls last").ids)
        self.assertEqual(campaigns[0].ids, theirs.search([*mine, ("pareto_revenue", ">", 0)]).ids)
