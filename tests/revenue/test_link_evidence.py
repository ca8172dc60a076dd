"""What speaks for a customer or a campaign, one kind at a time and together."""

from datetime import timedelta
from unittest.mock import patch

from odoo.fields import Command

from ..common import SALES_MANAGER, SALESPERSON
from .linking import DAY, INVOICING, LinkCase


class TestCustomerEvidence(LinkCase):
    def test_the_customer_of_the_order(self):
        order = self.order(self.birch)
        move = self.sold(invoice_origin=order.name)
        self.assertEqual(self.suggested(move), {self.birch: (["order"], 0.95)})
        self.assertEqual(self.listed(move).explanation, f"Order {order.name} is theirs")

    def test_orders_of_two_customers_leave_it_open(self):
        cedar = self.new_partner("Cedar Mills", is_company=True)
        orders = self.order(self.birch), self.order(cedar)
        move = self.sold(invoice_origin=", ".join(order.name for order in orders))
        self.assertEqual(self.suggested(move), {self.birch: (["order"], 0.475), cedar: (["order"], 0.475)})

    def test_the_tax_id_of_the_contact_on_another_customer(self):
        self.birch.vat = "BE0477472701"
        contact = self.new_partner("Till 2", vat="BE 0477.472.701", pareto_not_customer=True)
        self.assertEqual(self.suggested(self.sold(contact)), {self.birch: (["vat"], 0.95)})

    def test_a_tax_id_in_the_reference(self):
        self.birch.vat = "BE0477472701"
        move = self.sold(ref="Sold to BE 0477.472.701, thanks")
        self.assertEqual(self.suggested(move), {self.birch: (["vat"], 0.9)})
        self.assertEqual(self.listed(move).explanation, "Tax ID BE0477472701 is theirs")

    def test_a_tax_id_in_the_terms(self):
        self.birch.vat = "DE123456788"
        self.assertEqual(self.suggested(self.sold(narration="<p>USt-ID DE123456788</p>")), {self.birch: (["vat"], 0.9)})

    def test_of_a_long_text_the_beginning_is_looked_through(self):
        """Whoever lists the invoices waits for it."""
        self.birch.vat, order = "DE123456788", self.order(self.birch)
        long = "AA1 1 1 1 " * 100_000
        move = self.sold(narration=f"<p>{long}; DE123456788</p>")
        move.invoice_origin = f"{long} {order.name}"
        self.assertEqual({}, self.suggested(move))
        move.narration = f"<p>DE123456788; {long}</p>"
        self.assertEqual({self.birch: (["vat"], 0.9)}, self.suggested(move))

    def test_the_email_domain_of_the_contact(self):
        self.birch.email = "info@birch.example"
        contact = self.new_partner("Bo", email="Bo <bo@birch.example>", parent_id=self.walk_in.id)
        move = self.sold(contact)
        self.assertEqual(self.suggested(move), {self.birch: (["email"], 0.7)})
        self.assertEqual(self.listed(move).explanation, "Writes from birch.example")

    def test_a_free_mail_domain_says_nothing(self):
        self.birch.email = "birch@gmail.com"
        contact = self.new_partner("Bo", email="bo@gmail.com", parent_id=self.walk_in.id)
        self.assertEqual(self.suggested(self.sold(contact)), {})

    def test_the_delivery_address(self):
        place = self.new_partner("Hall 3", parent_id=self.birch.id, type="delivery")
        move = self.sold(partner_shipping_id=place.id)
        self.assertEqual(self.suggested(move), {self.birch: (["delivery"], 0.6)})
        self.assertEqual(self.listed(move).explanation, "Delivered to Birch Works, Hall 3")

    def test_the_bank_account_that_a_statement_line_was_paid_from(self):
        move = self.sold()
        self.own_account("BE68 5390 0754 7034")
        line = self.statement_line(account_number="BE68539007547034")
        self.reconcile(move, line.move_id)
        self.assertEqual(self.suggested(move), {self.birch: (["bank"], 0.8)})
        self.assertEqual(self.listed(move).explanation, "Paid from their account BE68539007547034")

    def test_the_bank_account_behind_a_payment(self):
        move = self.sold(move_type="out_refund")
        account = self.own_account("BE68539007547034", partner=self.birch)
        register = self.env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids)
        payment = register.create({"payment_date": DAY})._create_payments()
        self.env.cr.execute("UPDATE account_payment SET partner_bank_id = %s WHERE id = %s", [account.id, payment.id])
        self.assertEqual(self.suggested(move), {self.birch: (["bank"], 0.8)})

    def test_a_similar_name_in_a_text(self):
        self.install_trigrams()
        move = self.sold(ref="Your order / Birch Workz")
        ((customer, (kinds, certainty)),) = self.suggested(move).items()
        self.assertEqual((customer, kinds), (self.birch, ["name"]))
        self.assertTrue(0.75 * 0.6 <= certainty < 0.75)
        self.assertEqual(self.listed(move).explanation, "Named “Birch Workz” in a text")

    def test_the_name_that_a_statement_line_gives(self):
        self.install_trigrams()
        move = self.sold()
        self.reconcile(move, self.statement_line(partner_name="BIRCH WORKS").move_id)
        self.assertEqual(self.suggested(move), {self.birch: (["name"], 0.75)})

    def test_names_are_not_compared_without_pg_trgm(self):
        move = self.sold(ref="Birch Works")
        with patch.object(self.env.registry, "has_trigram", False):
            self.assertEqual(self.suggested(move), {})

    def test_evidence_for_one_customer_adds_up(self):
        self.birch.email = "info@birch.example"
        contact = self.new_partner("Bo", email="bo@birch.example", parent_id=self.walk_in.id)
        move = self.sold(contact, partner_shipping_id=self.birch.id)
        self.assertEqual(self.suggested(move), {self.birch: (["email", "delivery"], 0.88)})  # 1 - 0.3 * 0.4
        self.assertEqual(self.listed(move).explanation, "Writes from birch.example; delivered to Birch Works")

    def test_the_list_shows_the_most_certain(self):
        cedar = self.new_partner("Cedar Mills", is_company=True)
        move = self.sold(partner_shipping_id=cedar.id, invoice_origin=self.order(self.birch).name)
        row = self.listed(move)
        self.assertEqual((row.suggested_customer_id, row.kind), (self.birch, "order"))
        self.assertEqual(row.suggestion_ids.customer_id, self.birch | cedar)

    def test_nobody_is_suggested_who_may_not_be_credited(self):
        archived = self.new_partner("Ash", active=False)
        marketplace = self.new_partner("Market", pareto_not_customer=True)
        foreign = self.new_partner("Fir", company_id=self.new_company("Other Co", "EUR").id)
        for partner in (archived, marketplace, foreign, self.company.partner_id, self.walk_in):
            with self.subTest(partner.name):
                move = self.sold()
                self.env.cr.execute(
                    "UPDATE account_move SET partner_shipping_id = %s WHERE id = %s", [partner.id, move.id]
                )
                self.assertEqual(self.suggested(move), {})

    def install_trigrams(self):
        """For the time of the test: Odoo's database manager makes it, our test database has none."""
        self.env.cr.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        self.startPatcher(patch.object(self.env.registry, "has_trigram", True))

    def own_account(self, number, partner=None):
        return self.env["res.partner.bank"].create(
            {"acc_number": number, "partner_id": (partner or self.birch).id, "allow_out_payment": True}
        )

    def statement_line(self, **values):
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        return self.env["account.bank.statement.line"].create(
            {"journal_id": journal.id, "date": DAY, "amount": 100, "payment_ref": "Paid", **values}
        )

    def reconcile(self, move, entry):
        """Match the invoice with a bank entry, as Odoo's bank matching does: over the receivable account."""
        receivable = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
        _liquidity, suspense, _other = entry.statement_line_id._seek_for_lines()
        matched = Command.update(suspense.id, {"account_id": receivable.account_id.id})
        entry.with_context(skip_readonly_check=True).write({"line_ids": [matched]})
        (receivable | suspense).reconcile()


class TestCampaignEvidence(LinkCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.spring, cls.fair = cls.env["utm.campaign"].create([{"name": "Spring"}, {"name": "Fair"}])

    def test_the_campaign_of_the_order(self):
        order = self.order(self.birch, campaign_id=self.spring.id)
        move = self.bill(order, campaign_id=False)
        self.assertEqual(self.suggested(move), {self.spring: (["order_campaign"], 0.95)})
        self.assertEqual(self.listed(move).explanation, f"Order {order.name} came from it")

    def test_the_campaign_of_the_orders_opportunity(self):
        lead = self.env["crm.lead"].create({"name": "Gauges", "type": "opportunity", "campaign_id": self.spring.id})
        order = self.order(self.birch, opportunity_id=lead.id, campaign_id=False)
        self.assertEqual(self.suggested(self.bill(order)), {self.spring: (["order_campaign"], 0.95)})

    def test_the_campaign_of_a_lead(self):
        lead = self.env["crm.lead"].create(
            {"name": "Gauges", "partner_id": self.birch.id, "campaign_id": self.spring.id}
        )
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = %s, company_id = NULL WHERE id = %s", [DAY - timedelta(days=9), lead.id]
        )
        move = self.sold(self.birch)
        self.assertEqual(self.suggested(move), {self.spring: (["lead"], 0.6)})
        self.assertEqual(self.listed(move).explanation, "Lead “Gauges” came from it")

    def test_the_name_of_a_lead_is_for_those_who_may_read_it(self):
        lead = self.env["crm.lead"].create(
            {"name": "Takeover", "partner_id": self.birch.id, "campaign_id": self.spring.id, "user_id": self.env.uid}
        )
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = %s, company_id = NULL WHERE id = %s", [DAY - timedelta(days=9), lead.id]
        )
        move = self.sold(self.birch)
        seller = self.new_member("sven", f"{INVOICING},{SALESPERSON}")
        chief = self.new_member("cleo", f"{INVOICING},{SALES_MANAGER}")
        for reader, said, detail in (
            (self.env.user, "Lead “Takeover” came from it", "Takeover"),
            (self.accountant, "A lead came from it", None),
            (seller, "A lead came from it", None),
            (chief, "Lead “Takeover” came from it", "Takeover"),
        ):
            row = self.listed(move, reader)
            for record in (row, row.suggestion_ids):
                with self.subTest(reader=reader.login, model=record._name):
                    self.assertEqual((record.explanation, record.evidence), (said, [["lead", detail]]))

    def test_the_name_of_an_order_is_for_those_who_may_read_it(self):
        order = self.order(self.birch, campaign_id=self.spring.id, user_id=self.env.uid)
        move = self.bill(order, campaign_id=False)
        seller = self.new_member("sven", f"{INVOICING},{SALESPERSON}")
        self.assertFalse(order.with_user(seller)._filtered_access("read"))
        self.assertEqual(self.listed(move, seller).explanation, "An order came from it")
        self.assertEqual(self.listed(move, self.accountant).explanation, f"Order {order.name} came from it")

    def test_the_campaign_of_a_logged_touch_of_a_contact(self):
        person = self.new_partner("Bo", parent_id=self.birch.id)
        self.touch(self.spring, partner=person)
        self.assertEqual(self.suggested(self.sold(self.birch)), {self.spring: (["touch"], 0.6)})

    def test_two_campaigns_share_the_certainty(self):
        self.touch(self.spring)
        self.touch(self.fair)
        found = self.suggested(self.sold(self.birch))
        self.assertEqual(found, {self.spring: (["touch"], 0.3), self.fair: (["touch"], 0.3)})

    def test_the_touches_of_the_credited_customer_count(self):
        self.touch(self.spring)
        move = self.sold()
        move.pareto_customer_id = self.birch
        self.assertEqual(self.suggested(move), {self.spring: (["touch"], 0.6)})

    def test_the_look_back_ends_with_the_order_where_there_is_one(self):
        self.touch(self.spring, days=91)
        order = self.order(self.birch)
        order.date_order = f"{DAY - timedelta(days=5)} 10:00:00"
        self.assertEqual(self.suggested(self.bill(order)), {self.spring: (["touch"], 0.6)})

    def touch(self, campaign, partner=None, days=3):
        self.env["crm.pareto.touch"].create(
            {
                "name": "Talk",
                "partner_id": (partner or self.birch).id,
                "campaign_id": campaign.id,
                "date": DAY - timedelta(days=days),
                "company_id": self.company.id,
            }
        )
