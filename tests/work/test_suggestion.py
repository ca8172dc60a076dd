"""Suggestions on a quotation: what others buy with it, what is left out, and what they brought in."""

from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form

from ..common import SALESPERSON
from .test_pairing import PairingCase

TODAY = date(2026, 6, 30)


class SuggestionCase(PairingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(TODAY))
        cls.sellers = cls.sell_pumps_with_seals()
        cls.recompute(TODAY)
        cls.customer = cls.new_partner("Alder Works", is_company=True)
        cls.user = cls.new_user("sam", SALESPERSON)
        cls.user.write({"company_ids": [Command.link(cls.company.id)], "company_id": cls.company.id})

    @classmethod
    def quote(cls, *products, partner=None, **values):
        """A quotation of the salesperson's, as seen by that person."""
        lines = [Command.create({"product_id": product.id, "tax_ids": [Command.clear()]}) for product in products]
        values = {"user_id": cls.user.id, "company_id": cls.company.id, "order_line": lines, **values}
        order = cls.env["sale.order"].create({"partner_id": (partner or cls.customer).id, **values})
        return order.with_user(cls.user).with_company(cls.company)

    def suggested(self, order):
        order.invalidate_recordset()
        return order.pareto_pairing_ids.suggested_id

    def press(self, action, order, number=0):
        """Press a button of a suggestion."""
        row = order.pareto_pairing_ids[number].with_context(pareto_order_id=order.id)
        return getattr(row, action)()


class TestSuggestions(SuggestionCase):
    def test_a_salesperson_sees_what_goes_with_the_quotation_though_colleagues_sold_it(self):
        order = self.quote(self.pump)
        self.assertFalse(self.env["crm.pareto.revenue.report"].with_user(self.user).search([]))
        self.assertEqual(self.suggested(order), self.seal)
        self.assertIn("80 % of the customers who buy Pump also buy Seal Kit", order.pareto_pairing_ids.reason)

    def test_it_also_comes_from_what_the_customer_buys(self):
        self.invoice(self.customer, (self.pump, 1, 100), invoice_user_id=self.user.id)
        self.assertEqual(self.suggested(self.quote(self.oil)), self.seal)

    def test_what_a_colleague_sold_to_the_customer_tells_nothing(self):
        """A suggestion says by which product it is: with it everybody would learn what any customer buys."""
        self.buy(self.customer, self.pump)
        self.assertFalse(self.suggested(self.quote(self.oil)))
        spec = {"pareto_pairing_ids": {"fields": {"product_id": {}}}}
        form = self.env["sale.order"].with_user(self.user).with_company(self.company)
        values = {"partner_id": self.customer.id, "state": "draft", "company_id": self.company.id}
        self.assertFalse(form.onchange(values, ["partner_id"], spec)["value"].get("pareto_pairing_ids"))

    def test_what_its_contacts_bought_the_customer_bought(self):
        contact = self.new_partner("Anna", parent_id=self.customer.id)
        self.buy(self.customer, self.seal)
        self.assertFalse(self.suggested(self.quote(self.pump, partner=contact)))

    def test_what_the_customer_bought_in_the_window_is_not_suggested(self):
        self.buy(self.customer, self.seal, day=date(2025, 6, 30))
        order = self.quote(self.pump)
        self.assertEqual(self.suggested(order), self.seal)
        self.buy(self.customer, self.seal, day=date(2025, 7, 1))
        self.assertFalse(self.suggested(order))

    def test_what_the_customer_ordered_is_not_suggested_though_not_invoiced_yet(self):
        self.quote(self.seal).action_confirm()
        self.assertFalse(self.suggested(self.quote(self.pump)))

    def test_what_is_on_the_quotation_is_not_suggested(self):
        self.assertFalse(self.suggested(self.quote(self.pump, self.seal)))

    def test_what_is_no_longer_sold_is_not_suggested(self):
        order = self.quote(self.pump)
        self.seal.sale_ok = False
        self.assertFalse(self.suggested(order))

    def test_an_order_that_was_confirmed_or_cancelled_has_none(self):
        order = self.quote(self.pump)
        self.press("action_dismiss", order)  # on a customer's quotation the button was still there
        self.env["crm.pareto.dismissal"].search([]).action_undo()
        row = order.pareto_pairing_ids.with_context(pareto_order_id=order.id)
        order.action_confirm()
        self.assertFalse(self.suggested(order))
        with self.assertRaisesRegex(UserError, "quotations only"):
            row.action_add()

    def test_a_product_is_suggested_once_for_the_best_reason_and_five_at_most(self):
        parts = [self.new_product(f"Part {index}") for index in range(6)]
        for partner in self.sellers[:4]:
            self.buy(partner, *parts)
        self.recompute(TODAY)
        order = self.quote(self.pump, self.seal)
        suggested = self.suggested(order)
        self.assertEqual((len(suggested), len(order.pareto_pairing_ids)), (5, 5))
        self.assertLessEqual(suggested, self.env["product.product"].union(*parts))
        self.assertEqual(set(order.pareto_pairing_ids.mapped("confidence")), {1})  # with the seal kit, not the pump

    def test_a_quotation_that_is_being_written_has_them_too(self):
        with Form(self.env["sale.order"].with_user(self.user).with_company(self.company)) as form:
            self.assertFalse(form.pareto_pairing_ids[:])
            form.partner_id = self.customer
            with form.order_line.new() as line:
                line.product_id = self.pump
            self.assertEqual(form.pareto_pairing_ids[:].suggested_id, self.seal)

    def test_each_company_suggests_what_its_own_customers_buy(self):
        other = self.new_company("Alder Inc", "USD")
        self.user.company_ids += other
        order = self.quote(self.pump, company_id=other.id)
        order = order.with_context(allowed_company_ids=[other.id, self.company.id])
        self.assertFalse(self.suggested(order))


class TestAdding(SuggestionCase):
    def test_add_puts_one_on_the_quotation(self):
        order = self.quote(self.pump)
        self.press("action_add", order)
        line = order.order_line[1]
        self.assertEqual((line.product_id, line.product_uom_qty), (self.seal, 1))
        self.assertEqual(line.price_unit, self.seal.lst_price)
        self.assertFalse(self.suggested(order))

    def test_once_and_only_what_is_suggested(self):
        order = self.quote(self.pump)
        row = order.pareto_pairing_ids.with_context(pareto_order_id=order.id)
        row.action_add()
        with self.assertRaisesRegex(UserError, "not suggested for this quotation any more"):
            row.action_add()

    def test_not_on_a_colleagues_quotation(self):
        order = self.quote(self.pump)
        row = order.pareto_pairing_ids.with_context(pareto_order_id=order.id)
        order.sudo().user_id = self.env.user
        for action in (row.action_add, row.action_dismiss):
            with self.assertRaises(AccessError):
                action()

    def test_what_was_added_and_invoiced_is_counted_in_company_currency_and_credited_too(self):
        order = self.quote(self.pump)
        self.press("action_add", order)
        order.order_line.price_unit = 70
        self.assertEqual(self.brought_in(), 0)
        order.action_confirm()
        invoice = order.sudo()._create_invoices()
        invoice.invoice_date = TODAY
        self.assertEqual(self.brought_in(), 0)
        invoice.action_post()
        self.assertEqual(self.brought_in(), 70)
        invoice._reverse_moves([{"invoice_date": TODAY}], cancel=True)
        self.assertEqual(self.brought_in(), 0)

    def test_a_line_that_was_changed_to_another_product_is_not(self):
        order = self.quote(self.pump)
        self.press("action_add", order)
        order.order_line[1].product_id = self.oil
        order.action_confirm()
        invoice = order.sudo()._create_invoices()
        invoice.action_post()
        self.assertEqual(self.brought_in(), 0)

    def test_a_copy_of_the_quotation_is_nothing_that_a_suggestion_brought(self):
        order = self.quote(self.pump)
        self.press("action_add", order)
        self.assertFalse(order.copy().order_line.pareto_suggested_id)

    def test_nobody_says_by_hand_that_a_suggestion_brought_a_line(self):
        order = self.quote(self.pump)
        line = {"product_id": self.seal.id, "pareto_suggested_id": self.seal.id}
        for call in (
            lambda: order.write({"order_line": [Command.create(line)]}),
            lambda: order.order_line.write({"pareto_suggested_id": self.pump.id}),
            lambda: order.with_context(pareto_ours=True).order_line.write({"pareto_suggested_id": self.pump.id}),
        ):
            with self.assertRaisesRegex(AccessError, "set by the button"):
                call()
        for su in (False, True):
            lines = order.sudo(su).order_line.with_context(default_pareto_suggested_id=self.seal.id)
            made = lines.create({"order_id": order.id, "product_id": self.seal.id})
            self.assertFalse(made.pareto_suggested_id)

    def test_a_client_s_defaults_add_no_line_beside_it(self):
        order = self.quote(self.pump)
        line = {"order_id": order.id, "product_id": self.oil.id, "pareto_suggested_id": self.oil.id}
        row = order.pareto_pairing_ids.with_context(default_linked_line_ids=[Command.create(line)])
        row.with_context(pareto_order_id=order.id).action_add()
        self.assertEqual(self.pump + self.seal, order.order_line.product_id)

    def brought_in(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_revenue_report_action_suggested")
        self.env.flush_all()
        report = self.env["crm.pareto.revenue.report"]
        domain = [("suggested", "=", True), ("company_id", "=", self.company.id)]
        self.assertIn("suggested", action["domain"])
        return sum(report.search(domain).mapped("revenue"))


class TestDismissing(SuggestionCase):
    def test_what_was_dismissed_stays_away_from_that_customer_until_it_is_undone(self):
        order = self.quote(self.pump)
        self.press("action_dismiss", order)
        self.assertFalse(self.suggested(order))
        contact = self.new_partner("Anna", parent_id=self.customer.id)
        self.assertFalse(self.suggested(self.quote(self.pump, partner=contact)))
        self.assertTrue(self.suggested(self.quote(self.pump, partner=self.new_partner("Birch"))))
        customer = contact.with_user(self.user)
        self.assertEqual(customer.pareto_dismissal_count, 1)
        dismissals = self.env["crm.pareto.dismissal"].with_user(self.user)
        found = dismissals.search(customer.action_open_pareto_dismissals()["domain"])
        self.assertEqual((found.product_id, found.user_id), (self.seal, self.user))
        found.action_undo()
        self.assertEqual(self.suggested(order), self.seal)

    def dismissals(self, user=None, **context):
        context = {"allowed_company_ids": self.company.ids, **context}
        return self.env["crm.pareto.dismissal"].with_user(user or self.user).with_context(**context)

    def test_who_dismissed_is_whoever_did(self):
        values = {"company_id": self.company.id, "partner_id": self.customer.id}
        for product, sent in ((self.seal, {}), (self.oil, {"user_id": self.env.uid})):
            dismissals = self.dismissals(default_user_id=self.env.uid)
            made = dismissals.create({**values, "product_id": product.id, **sent})
            self.assertEqual(made.user_id, self.user)

    def test_customer_and_product_are_of_the_company_and_ones_own_to_see(self):
        other = self.new_company("Alder Inc", "USD")
        both = self.new_user("both", SALESPERSON)
        both.write({"company_ids": [Command.set((self.company + other).ids)], "company_id": self.company.id})
        theirs = self.new_partner("Theirs", company_id=other.id)
        product = self.new_product("Theirs")
        product.company_id = other
        mine = {"company_id": self.company.id, "partner_id": self.customer.id, "product_id": self.seal.id}
        for values in ({"partner_id": theirs.id}, {"product_id": product.id}):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, "company inconsistencies"):
                self.dismissals(both, allowed_company_ids=both.company_ids.ids).create({**mine, **values})
        rule = {"name": "Not Alder", "model_id": self.env["ir.model"]._get_id("res.partner")}
        self.env["ir.rule"].create({**rule, "domain_force": f"[('id', '!=', {self.customer.id})]"})
        with self.assertRaises(AccessError):
            self.dismissals().create(mine)

    def test_dismissing_twice_is_the_same_as_once(self):
        order = self.quote(self.pump)
        for _twice in range(2):
            self.env["crm.pareto.dismissal"].with_user(self.user)._dismiss(order, self.seal)
        self.assertEqual(self.env["crm.pareto.dismissal"].search_count([("partner_id", "=", self.customer.id)]), 1)

    def test_it_holds_in_its_company_only(self):
        other = self.new_company("Alder Inc", "USD")
        self.press("action_dismiss", self.quote(self.pump))
        dismissals = self.env["crm.pareto.dismissal"].with_user(self.user)
        self.assertTrue(dismissals.search([]))
        self.user.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertFalse(dismissals.with_context(allowed_company_ids=other.ids).search([]))

    def test_merged_customers_keep_what_was_dismissed_for_either_once(self):
        birch = self.new_partner("Birch", is_company=True)
        for partner, products in ((self.customer, [self.seal, self.oil]), (birch, [self.seal, self.hose])):
            order = self.quote(self.pump, partner=partner)
            for product in products:
                self.env["crm.pareto.dismissal"]._dismiss(order, product)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([self.customer.id, birch.id], birch, extra_checks=False)
        rows = self.env["crm.pareto.dismissal"].search([("partner_id", "=", birch.id)])
        self.assertEqual(sorted(rows.mapped("product_id.name")), ["Hose", "Oil", "Seal Kit"])
