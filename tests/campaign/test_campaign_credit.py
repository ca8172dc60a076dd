"""How the credit for what customers bought is shared over the campaigns that reached them before."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.crm_pareto.analytics import attribution
from odoo.addons.crm_pareto.models.campaign import crm_pareto_credit, crm_pareto_journey
from odoo.addons.crm_pareto.models.campaign.crm_pareto_attribution import CREDITS, DIGITS
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tools import SQL

from ..common import LedgerCase
from . import attribution_oracle
from .test_attribution import counted

AS_OF = date(2026, 6, 30)


class CampaignCase(LedgerCase):
    """Tests on campaigns, what they brought about, and what was sold."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.spring, cls.fair, cls.print = cls.new_campaigns("Spring", "Fair", "Print")
        cls.partner = cls.new_partner("Alder", is_company=True)

    @classmethod
    def new_campaigns(cls, *names):
        return cls.env["utm.campaign"].create([{"title": name, "company_id": cls.company.id} for name in names])

    @classmethod
    def touch(cls, campaign, day, partner=None, **values):
        """A logged touch of a campaign at noon."""
        moment = datetime(day.year, day.month, day.day, 12)
        values = {"partner_id": (partner or cls.partner).id, "date": moment, "campaign_id": campaign.id, **values}
        return cls.env["crm.pareto.touch"].create(
            {"name": "Met", "channel": "event", "company_id": cls.company.id, **values}
        )

    @classmethod
    def order(cls, day, partner=None, price=100, **values):
        """A confirmed order of one product."""
        line = Command.create({"product_id": cls.product.id, "product_uom_qty": 1, "price_unit": price})
        order = cls.env["sale.order"].create(
            {"partner_id": (partner or cls.partner).id, "order_line": [line], **values}
        )
        order.action_confirm()
        order.date_order = datetime(day.year, day.month, day.day, 15)
        return order

    @classmethod
    def bill_order(cls, orders, day):
        """The posted invoice of an order, or of several of one customer."""
        for line in orders.order_line:
            line.qty_delivered = line.product_uom_qty
        invoice = orders._create_invoices()
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    def attribute(self, as_of=AS_OF):
        self.env["crm.pareto.attribution"]._recompute(self.company, as_of)
        return self.env["crm.pareto.attribution"].search([("company_id", "=", self.company.id)])

    def credits(self, invoice):
        """{campaign: linear credit} of an invoice, after a computation."""
        rows = self.attribute().filtered(lambda row: row.move_id == invoice)
        return {row.campaign_id.title: round(row.credit_linear, 4) for row in rows}


class TestJourneys(CampaignCase):
    def test_touches_before_the_invoice_and_within_the_look_back_earn_credit(self):
        invoice = self.invoice(self.partner, (self.product, 1, 100), day=date(2026, 6, 15))
        for campaign, day in ((self.spring, date(2026, 3, 20)), (self.fair, date(2026, 6, 1))):
            self.touch(campaign, day)
        self.touch(self.print, date(2026, 3, 1))  # too old
        self.touch(self.print, date(2026, 6, 17))  # too late
        self.assertEqual(self.credits(invoice), {"Spring": 0.5, "Fair": 0.5})

    def test_what_a_campaign_does_on_one_day_is_one_touch(self):
        invoice = self.invoice(self.partner, (self.product, 1, 100), day=date(2026, 6, 15))
        for hour in (8, 9, 17):
            self.touch(self.spring, date(2026, 6, 1), date=datetime(2026, 6, 1, hour))
        self.touch(self.fair, date(2026, 6, 5))
        self.assertEqual(self.credits(invoice), {"Spring": 0.5, "Fair": 0.5})

    def test_a_day_ends_where_the_company_is(self):
        invoice = self.invoice(self.partner, (self.product, 1, 100), day=date(2026, 6, 15))
        self.touch(self.spring, date(2026, 6, 15), date=datetime(2026, 6, 15, 20))
        self.touch(self.fair, date(2026, 6, 16), date=datetime(2026, 6, 16, 2))
        for zone, credited in (
            ("UTC", {"Spring": 1}),
            ("America/Denver", {"Spring": 0.5, "Fair": 0.5}),
            ("Pacific/Auckland", {}),
        ):
            with self.subTest(zone=zone):
                self.company.partner_id.tz = zone
                self.assertEqual(self.credits(invoice), credited)

    def test_an_invoice_made_anew_has_the_journey_of_the_one_before(self):
        self.touch(self.spring, date(2026, 3, 1))
        invoice = self.invoice(self.partner, (self.product, 1, 100), day=date(2026, 3, 10))
        self.touch(self.fair, date(2026, 6, 1))
        reversal = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=invoice.ids)
        wizard = reversal.create({"journal_id": invoice.journal_id.id, "date": date(2026, 6, 10)})
        wizard.modify_moves()
        anew = wizard.new_move_ids
        anew.invoice_date = date(2026, 6, 10)
        anew.action_post()
        self.assertEqual(self.credits(anew), {"Spring": 1})
        rows = self.env["crm.pareto.attribution"].search([("company_id", "=", self.company.id)])
        self.assertEqual(sum(rows.filtered("is_order").mapped("credit_linear")), 1)
        self.assertEqual(sum(row.revenue * row.credit_linear for row in rows), 100)

    def test_nobody_but_the_reversal_says_what_an_invoice_was_made_anew_for(self):
        one, other = (self.invoice(self.partner, (self.product, 1, 100)) for _ in range(2))
        accountant = self.new_member("ada", "account.group_account_manager")
        moves = self.env["account.move"].with_user(accountant)
        values, link = {"move_type": "out_invoice", "partner_id": self.partner.id}, {"pareto_replaced_id": other.id}
        for records in (moves, moves.sudo()):
            with self.assertRaisesRegex(AccessError, "Made Anew For: this is set by the button for it alone"):
                records.create({**values, **link})
            with self.assertRaisesRegex(AccessError, "Made Anew For: this is set by the button for it alone"):
                one.with_env(records.env).write(link)
            self.assertFalse(
                records.with_context(default_pareto_replaced_id=other.id).create(values).pareto_replaced_id
            )

    def test_an_accountant_makes_an_invoice_anew(self):
        invoice, other = (self.invoice(self.partner, (self.product, 1, 100)) for _ in range(2))
        accountant = self.new_member("ada", "account.group_account_invoice")
        context = {"active_model": "account.move", "active_ids": invoice.ids, "default_pareto_replaced_id": other.id}
        reversal = self.env["account.move.reversal"].with_user(accountant).with_context(**context)
        wizard = reversal.create({"journal_id": invoice.journal_id.id, "date": date(2026, 6, 20)})
        wizard.modify_moves()
        self.assertEqual(wizard.new_move_ids.pareto_replaced_id, invoice)
        self.assertFalse(invoice.reversal_move_ids.pareto_replaced_id)

    def test_no_invoice_of_another_company_is_the_one_before(self):
        abroad = self.new_company("Alder Inc", "USD")
        scale = self.new_product("Scale", company=abroad)
        theirs = self.invoice(self.partner, (scale, 1, 100), company=abroad, campaign_id=self.fair.id)
        invoice = self.invoice(self.partner, (self.product, 1, 100), campaign_id=self.spring.id)
        invoice.pareto_replaced_id = theirs
        self.assertEqual(self.credits(invoice), {"Spring": 1})

    def test_a_contact_who_changes_the_employer_takes_no_credit_along(self):
        contact = self.new_partner("Ada", parent_id=self.partner.id)
        self.touch(self.fair, date(2026, 6, 1), contact)
        invoice = self.invoice(contact, (self.product, 1, 100), day=date(2026, 6, 15))
        contact.parent_id = self.new_partner("Birch", is_company=True)
        self.assertEqual(self.credits(invoice), {"Fair": 1})
        touches = self.env["crm.pareto.touchpoint"].search([("customer_id", "=", self.partner.id)])
        self.assertEqual(sorted(touches.mapped("kind")), ["invoice", "logged"])

    def test_the_look_back_is_the_companys(self):
        self.company.pareto_lookback_days = 10
        invoice = self.invoice(self.partner, (self.product, 1, 100), day=date(2026, 6, 15))
        self.touch(self.spring, date(2026, 6, 1))
        self.touch(self.fair, date(2026, 6, 10))
        self.assertEqual(self.credits(invoice), {"Fair": 1})

    def test_a_contacts_touch_counts_for_the_company(self):
        contact = self.new_partner("Ada", parent_id=self.partner.id)
        invoice = self.invoice(self.partner, (self.product, 1, 100))
        self.touch(self.fair, date(2026, 6, 1), contact)
        self.assertEqual(self.credits(invoice), {"Fair": 1})

    def test_an_invoice_of_an_order_has_what_came_before_the_order(self):
        order = self.order(date(2026, 5, 10))
        invoice = self.bill_order(order, date(2026, 6, 15))
        self.touch(self.spring, date(2026, 5, 1))
        self.touch(self.fair, date(2026, 6, 1))
        self.assertEqual(self.credits(invoice), {"Spring": 1})

    def test_the_campaign_of_a_hand_made_order_earns_credit(self):
        invoice = self.bill_order(self.order(date(2026, 5, 10), campaign_id=self.fair.id), date(2026, 6, 15))
        self.assertEqual(self.credits(invoice), {"Fair": 1})
        row = self.env["crm.pareto.attribution"].search([("move_id", "=", invoice.id)])
        self.assertEqual(row.touch_id.action_open_document()["res_model"], "sale.order")

    def test_an_orders_campaign_that_it_took_from_its_lead_counts_once(self):
        lead = self.env["crm.lead"].create(
            {"name": "Gauges", "partner_id": self.partner.id, "campaign_id": self.fair.id, "type": "opportunity"}
        )
        self.env.cr.execute(SQL("UPDATE crm_lead SET create_date = '2026-05-01' WHERE id = %s", lead.id))
        order = self.order(date(2026, 5, 10), campaign_id=self.fair.id, opportunity_id=lead.id)
        invoice = self.bill_order(order, date(2026, 6, 15))
        rows = self.attribute().filtered(lambda row: row.move_id == invoice)
        self.assertEqual([(row.touch_record, row.credit_linear) for row in rows], [(lead.id, 1)])

    def test_an_accountants_campaign_on_the_invoice_counts(self):
        invoice = self.invoice(self.partner, (self.product, 1, 100), campaign_id=self.print.id)
        self.assertEqual(self.credits(invoice), {"Print": 1})

    def test_a_credit_note_carries_its_invoices_credit(self):
        invoice = self.invoice(self.partner, (self.product, 1, 100))
        self.touch(self.spring, date(2026, 6, 1))
        self.touch(self.fair, date(2026, 6, 20))  # after the invoice, before the credit note
        refund = self.invoice(
            self.partner,
            (self.product, 1, 40),
            day=date(2026, 6, 25),
            move_type="out_refund",
            reversed_entry_id=invoice.id,
        )
        self.assertEqual(self.credits(refund), {"Spring": 1})
        self.assertEqual(sum(self.attribute().mapped("revenue")), 60)

    def test_a_credit_note_carries_the_campaign_that_its_invoice_was_linked_to_later(self):
        invoice = self.invoice(self.partner, (self.product, 1, 100))
        values = {"move_type": "out_refund", "reversed_entry_id": invoice.id}
        self.invoice(self.partner, (self.product, 1, 100), day=date(2026, 6, 25), **values)
        invoice.campaign_id = self.fair
        self.attribute()
        self.assertEqual(self.fair.pareto_revenue, 0)
        self.assertEqual(self.attribute().mapped("revenue"), [-100, 100])

    def test_an_order_with_invoices_of_two_campaigns_counts_once(self):
        self.product.invoice_policy = "delivery"
        line = Command.create({"product_id": self.product.id, "product_uom_qty": 2, "price_unit": 100})
        order = self.env["sale.order"].create({"partner_id": self.partner.id, "order_line": [line]})
        order.action_confirm()
        order.date_order = datetime(2026, 6, 10, 15)
        self.touch(self.spring, date(2026, 6, 1))
        for delivered, campaign in ((1, self.fair), (2, self.print)):
            order.order_line.qty_delivered = delivered
            invoice = order._create_invoices()
            invoice.write({"invoice_date": date(2026, 6, 15), "campaign_id": campaign.id})
            invoice.action_post()
        self.attribute()
        self.assertEqual(sum((self.spring | self.fair | self.print).mapped("pareto_orders")), 1)

    def test_a_credit_note_of_nothing_is_unattributed(self):
        self.touch(self.fair, date(2026, 6, 1))
        self.invoice(self.partner, (self.product, 1, 40), move_type="out_refund")
        self.assertFalse(self.attribute())

    def test_revenue_credited_to_another_customer_follows_that_customers_touches(self):
        lessee = self.new_partner("Lessee")
        invoice = self.invoice(self.partner, (self.product, 1, 100), pareto_customer_id=lessee.id)
        self.touch(self.spring, date(2026, 6, 1))
        self.touch(self.fair, date(2026, 6, 1), lessee)
        self.assertEqual(self.credits(invoice), {"Fair": 1})

    def test_another_companys_touches_and_invoices_stay_out(self):
        other = self.new_company("Other", "EUR")
        self.fair.company_id = False
        self.touch(self.fair, date(2026, 6, 1), company_id=other.id)
        self.invoice(self.partner, (self.product, 1, 100))
        self.assertFalse(self.attribute())

    def test_a_campaign_of_another_company_counts_here_only_with_what_it_earned_here(self):
        """Shared by all companies when it was logged; only later the other's."""
        shared = {"company_id": False}
        elsewhere = self.env["utm.campaign"].create([{"title": name, **shared} for name in ("Sold", "Seen")])
        for campaign, partner in zip(elsewhere, (self.partner, self.new_partner("Birch")), strict=True):
            self.touch(campaign, date(2026, 6, 1), partner)
        elsewhere.company_id = self.new_company("Other", "EUR")
        self.invoice(self.partner, (self.product, 1, 100))
        self.attribute()
        rows = self.env["crm.pareto.campaign"].search([("company_id", "=", self.company.id)])
        self.assertEqual(rows.campaign_id, elsewhere[0])

    def test_a_draft_earns_nothing(self):
        self.touch(self.fair, date(2026, 6, 1))
        self.invoice(self.partner, (self.product, 1, 100)).button_draft()
        self.assertFalse(self.attribute())

    def test_as_of_a_past_day_only_what_was_known_then_counts(self):
        self.touch(self.fair, date(2026, 5, 1))
        self.invoice(self.partner, (self.product, 1, 100), day=date(2026, 5, 15))
        self.invoice(self.partner, (self.product, 1, 100), day=date(2026, 6, 15))
        self.assertEqual(len(self.attribute(date(2026, 5, 31))), 1)
        self.assertEqual(len(self.attribute()), 2)


class TestCollectiveInvoices(CampaignCase):
    """One invoice for several orders: each order earns its own campaigns what the invoice bills of it."""

    def setUp(self):
        super().setUp()
        self.first = self.order(date(2026, 6, 5), price=100, campaign_id=self.fair.id)
        self.second = self.order(date(2026, 6, 20), price=900, campaign_id=self.print.id)

    def bill(self):
        return self.bill_order(self.first | self.second, date(2026, 6, 30))

    def earned(self):
        """{campaign: revenue and orders} after a computation."""
        self.attribute()
        self.env.invalidate_all()
        campaigns = self.spring | self.fair | self.print
        return {each.title: (each.pareto_revenue, each.pareto_orders) for each in campaigns if each.pareto_value_id}

    def credit(self, invoice, *lines, **values):
        """A credit note of an invoice that names no order."""
        values = {"move_type": "out_refund", "reversed_entry_id": invoice.id, **values}
        return self.invoice(self.partner, *lines, day=date(2026, 6, 30), **values)

    def test_each_campaign_earns_the_lines_of_its_own_order(self):
        self.bill()
        self.assertEqual(self.earned(), {"Fair": (100, 1), "Print": (900, 1)})

    def test_each_order_has_what_came_before_it(self):
        (self.first | self.second).campaign_id = False
        self.touch(self.spring, date(2026, 6, 1))
        self.touch(self.fair, date(2026, 6, 10))
        self.bill()
        self.assertEqual(self.earned(), {"Spring": (550, 1.5), "Fair": (450, 0.5)})

    def test_what_no_campaign_led_to_stays_unattributed(self):
        self.first.campaign_id = False
        invoice = self.bill()
        self.assertEqual(self.earned(), {"Print": (900, 1)})
        rows = self.env["crm.pareto.campaign.analysis"].search([("res_id", "=", invoice.id)])
        self.assertEqual({row.kind: (row.revenue, row.margin) for row in rows}["unattributed"], (100, 60))
        self.assertFalse(self.env["crm.pareto.difference"].search([("reason", "=", "attribution")]))

    def test_a_line_of_no_order_goes_with_the_first(self):
        invoice = (self.first | self.second)._create_invoices()
        invoice.invoice_line_ids = [Command.create({"name": "Fee", "price_unit": 10, "tax_ids": False})]
        invoice.invoice_date = date(2026, 6, 30)
        invoice.action_post()
        self.assertEqual(self.earned(), {"Fair": (110, 1), "Print": (900, 1)})

    def test_a_line_of_several_orders_is_shared_by_what_it_bills_of_each(self):
        line = {"name": "All", "price_unit": 1000, "tax_ids": False}
        line["sale_line_ids"] = [Command.set((self.first | self.second).order_line.ids)]
        values = {"move_type": "out_invoice", "partner_id": self.partner.id, "invoice_date": date(2026, 6, 30)}
        self.env["account.move"].create({**values, "invoice_line_ids": [Command.create(line)]}).action_post()
        self.assertEqual(self.earned(), {"Fair": (100, 1), "Print": (900, 1)})

    def test_a_campaign_that_an_accountant_chose_has_all_of_it(self):
        self.bill().campaign_id = self.spring
        self.assertEqual(self.earned(), {"Spring": (1000, 2)})

    def test_an_order_of_several_invoices_counts_once(self):
        self.product.invoice_policy = "delivery"
        self.first.order_line.write({"product_uom_qty": 2, "price_unit": 100, "qty_delivered": 1})
        earlier = self.first._create_invoices()
        earlier.invoice_date = date(2026, 6, 10)
        earlier.action_post()
        self.bill()
        self.assertEqual(self.earned(), {"Fair": (200, 1), "Print": (900, 1)})

    def test_a_reversal_takes_back_from_each_what_it_earned(self):
        invoice = self.bill()
        reversal = invoice._reverse_moves([{"invoice_date": date(2026, 6, 30)}])
        reversal.action_post()
        self.assertEqual({name: revenue for name, (revenue, _orders) in self.earned().items()}, {"Fair": 0, "Print": 0})

    def test_a_credit_note_of_one_orders_line_is_that_orders(self):
        invoice = self.bill()
        reversal = invoice._reverse_moves([{"invoice_date": date(2026, 6, 30)}])
        reversal.invoice_line_ids.filtered(lambda line: line.price_unit == 100).unlink()
        reversal.action_post()
        self.assertEqual(self.earned(), {"Fair": (100, 1), "Print": (0, 1)})

    def test_a_credit_note_that_names_no_order_is_borne_by_each_in_proportion(self):
        self.credit(self.bill(), (None, 1, 100))
        self.assertEqual(self.earned(), {"Fair": (90, 1), "Print": (810, 1)})

    def test_a_new_customer_is_won_once_by_the_first_order(self):
        self.bill()
        self.attribute()
        self.assertEqual((self.fair.pareto_value_id.new_customers, self.print.pareto_value_id.new_customers), (1, 0))

    def test_another_order_on_the_invoice_replaces_what_was_shared_out_before(self):
        invoice = self.bill_order(self.first, date(2026, 6, 30))
        self.assertEqual(self.earned(), {"Fair": (100, 1)})
        line = {"name": "More", "price_unit": 900, "tax_ids": False}
        line["sale_line_ids"] = [Command.set(self.second.order_line.ids)]
        invoice.button_draft()
        invoice.invoice_line_ids = [Command.create(line)]
        invoice.action_post()
        self.assertEqual(self.earned(), {"Fair": (100, 1), "Print": (900, 1)})


class TestBounds(CampaignCase):
    """What one journey, and the chain of all, may cost."""

    def test_a_credit_note_of_an_invoice_of_no_day_that_there_is_can_be_read(self):
        """The day after the last one that Python has would be the touch's."""
        invoice = self.invoice(self.partner, (self.product, 1, 100), campaign_id=self.spring.id)
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move SET invoice_date = '9999-12-31' WHERE id = %s", [invoice.id])
        self.env.invalidate_all()
        credit = invoice._reverse_moves([{"invoice_date": AS_OF}])
        credit.action_post()
        rows = self.attribute().filtered(lambda row: row.move_id == credit)
        self.assertEqual([(2101, 1)], [(row.touch_date.year, row.touch_date.month) for row in rows])

    def touch_each_day(self, *campaigns):
        for day, campaign in enumerate(campaigns, 1):
            self.touch(campaign, date(2026, 6, day))

    @patch.object(crm_pareto_journey, "MOST_TOUCHES", 3)
    def test_of_many_touches_the_last_ones_earn_credit(self):
        invoice = self.invoice(self.partner, (self.product, 1, 100))
        self.touch_each_day(self.spring, self.spring, self.fair, self.fair, self.print)
        rows = self.attribute().filtered(lambda row: row.move_id == invoice)
        found = [(row.touch_date.day, row.credit_first, row.credit_last) for row in rows.sorted("touch_date")]
        self.assertEqual(found, [(3, 1, 0), (4, 0, 0), (5, 0, 1)])
        self.assertAlmostEqual(sum(rows.mapped("credit_linear")), 1, 12)

    @patch.object(crm_pareto_journey, "MOST_TOUCHES", 2)
    def test_a_document_has_its_own_campaign_besides(self):
        invoice = self.invoice(self.partner, (self.product, 1, 100), campaign_id=self.print.id)
        self.touch_each_day(self.spring, self.fair, self.fair)
        self.assertEqual(self.credits(invoice), {"Fair": 0.3333, "Print": 0.3333})

    @patch.object(crm_pareto_journey, "MOST_TOUCHES", 2)
    def test_a_touch_before_the_last_ones_is_none_that_led_to_no_sale(self):
        self.invoice(self.partner, (self.product, 1, 100))
        self.touch_each_day(self.spring, self.fair, self.fair)
        self.touch(self.print, date(2026, 6, 29))  # after the sale
        self.attribute()
        steps = self.env["crm.pareto.credit"]._count_steps(lambda campaign: campaign)
        lost = {campaign for campaign, following in steps if following == attribution.NO_SALE}
        self.assertEqual(
            (lost, self.spring.id in {state for step in steps for state in step}), ({self.print.id}, False)
        )

    @patch.object(crm_pareto_credit, "MOST_CAMPAIGNS", 1)
    def test_the_campaigns_of_fewer_touches_are_one_state_of_the_chain(self):
        invoice = self.invoice(self.partner, (self.product, 1, 100))
        self.touch_each_day(self.spring, self.fair, self.spring, self.print, self.spring, self.fair)
        self.touch(self.fair, date(2026, 6, 2), self.new_partner("No order"))
        self.touch(self.spring, date(2026, 6, 2), self.new_partner("Neither"))
        rows = self.attribute().filtered(lambda row: row.move_id == invoice).sorted("touch_date")
        effects = attribution.removal_effects(counted([("SOSOSO", 1, 0), ("O", 0, 1), ("S", 0, 1)]))
        for row, credit in zip(rows, attribution.data_driven("SOSOSO", effects), strict=True):
            self.assertAlmostEqual(row.credit_data, credit, 9)

    def test_places_are_credited_as_by_the_functions(self):
        self.env["crm.pareto.ranking"]._make_table(
            "crm_pareto_steps", SQL("SELECT count, 1 AS position FROM generate_series(1::bigint, 201) count")
        )
        self.env["crm.pareto.credit"]._make_positions()
        found = defaultdict(list)
        for place, *credits in self.env.execute_query(
            SQL(
                "SELECT place, credit_first, credit_last, credit_linear::text, credit_position::text"
                " FROM crm_pareto_positions ORDER BY place"
            )
        ):
            found[place >> 32].append([Decimal(credit) for credit in credits])
        for count in range(1, 202):
            rules = (attribution.first_touch, attribution.last_touch, attribution.linear, attribution.position_based)
            expected = zip(*(attribution.exact(rule(count), DIGITS) for rule in rules), strict=True)
            self.assertEqual(found[count], [list(credits) for credits in expected], count)


class TestModels(CampaignCase):
    def test_each_model_shares_out_as_its_function_does(self):
        invoice = self.invoice(self.partner, (self.product, 1, 100))
        for campaign, day in ((self.spring, 1), (self.fair, 5), (self.spring, 9), (self.print, 13)):
            self.touch(campaign, date(2026, 6, day))
        self.touch(self.fair, date(2026, 6, 2), self.new_partner("No order"))
        rows = self.attribute().filtered(lambda row: row.move_id == invoice).sorted("touch_date")
        [expected] = attribution_oracle.credits(self.env, self.company, AS_OF).values()
        self.assertEqual(rows.move_id, invoice)
        for row, credits in zip(rows, expected, strict=True):
            for name in CREDITS:
                self.assertAlmostEqual(row[name], credits[name], 9, name)

    def test_showing_another_model_changes_no_row(self):
        self.invoice(self.partner, (self.product, 1, 100))
        self.touch(self.spring, date(2026, 6, 1))
        self.touch(self.fair, date(2026, 6, 2))
        rows = self.attribute()
        before = rows.read()
        self.company.pareto_attribution_model = "last"
        again = self.attribute()
        self.assertEqual(again.read(), before)
        self.assertEqual((self.spring.pareto_revenue, self.fair.pareto_revenue), (0, 100))

    def test_a_very_old_touch_of_a_short_half_life_keeps_its_credit(self):
        self.company.write({"pareto_lookback_days": 3650, "pareto_half_life_days": 1})
        self.touch(self.fair, date(2016, 8, 1))
        self.invoice(self.partner, (self.product, 1, 100))
        self.assertEqual(self.attribute().credit_decay, 1)

    def test_a_cost_that_nothing_has_ends_no_computation(self):
        account = self.fair._pareto_ensure_accounts()
        cost = {"name": "Stand", "amount": -100, "date": date(2026, 5, 1), "company_id": self.company.id}
        self.env["account.analytic.line"].create({**cost, account.root_plan_id._column_name(): account.id})
        for price in (1e110, 1e306, 1e306):  # Odoo itself rounds no more than that
            order = self.order(date(2026, 5, 10), campaign_id=self.fair.id)
            order.order_line.purchase_price = price
            self.bill_order(order, date(2026, 6, 15))
        other = self.bill_order(self.order(date(2026, 5, 10), campaign_id=self.spring.id), date(2026, 6, 15))
        self.assertEqual(self.credits(other), {"Spring": 1})

    def test_dropped_rows_come_back_the_same(self):
        for day in (1, 5, 9):
            self.touch(self.fair, date(2026, 6, day))
        self.invoice(self.partner, (self.product, 3, 33.33))
        names = ["move_id", "touch_id", "revenue", "margin", *CREDITS]
        before = self.attribute().read(names, load=None)
        self.env.cr.execute("DELETE FROM crm_pareto_attribution")
        after = self.attribute().read(names, load=None)
        for row in before + after:
            del row["id"]
        self.assertEqual(after, before)

    def test_a_deleted_campaign_leaves_no_sale_half_attributed(self):
        invoice = self.invoice(self.partner, (self.product, 1, 100))
        self.touch(self.fair, date(2026, 6, 1))
        self.touch(self.spring, date(2026, 6, 2))
        self.assertEqual(len(self.attribute()), 2)
        self.spring.unlink()
        self.assertFalse(self.env["crm.pareto.attribution"].search([("move_id", "=", invoice.id)]))
        self.assertEqual(self.credits(invoice), {"Fair": 1})

    def test_a_look_back_or_half_life_out_of_bounds_is_refused_in_one_line(self):
        for values in (
            {"pareto_lookback_days": 0},
            {"pareto_lookback_days": 1_000_000},
            {"pareto_half_life_days": 0},
        ):
            with self.assertRaisesRegex(ValidationError, "from 1 to 3650 days"), self.env.cr.savepoint():
                self.company.write(values)

    def test_a_margin_next_to_the_cost_says_that_only_more_sales_can_tell(self):
        self.product.with_company(self.company).standard_price = 0
        self.product.type = "service"
        for number in range(12):
            partner = self.new_partner(f"Customer {number}")
            self.touch(self.fair, date(2026, 6, 1), partner)
            self.invoice(partner, (self.product, 1, 1000), day=date(2026, 6, 15))
        bill = {"name": "Stand", "price_unit": 11_999.99, "tax_ids": [Command.clear()]}
        bill["pareto_campaign_ids"] = [Command.set(self.fair.ids)]
        values = {"move_type": "in_invoice", "partner_id": self.partner.id, "invoice_date": date(2025, 6, 1)}
        self.env["account.move"].create({**values, "invoice_line_ids": [Command.create(bill)]}).action_post()
        self.attribute()
        self.assertEqual((self.fair.pareto_advice, self.fair.pareto_value_id.customers_needed), ("test", 0))
        self.assertIn("only more sales can tell", self.fair.pareto_reason)


class TestLedger(CampaignCase):
    """Attributed and unattributed are the ledger, whatever happened."""

    @settings(max_examples=25, deadline=None)
    @given(st.data())
    def test_credits_sum_to_one_and_revenues_to_the_ledger_under_every_model(self, data):
        with self.env.cr.savepoint(flush=False) as savepoint:
            self._make_history(data)
            rows = self.attribute()
            self._check_credits(rows)
            self._check_oracle(rows)
            self._check_ledger()
            savepoint.rollback()
        self.env.invalidate_all(flush=False)

    def _make_history(self, data):
        days = st.integers(0, 180).map(lambda back: AS_OF - timedelta(days=back))
        cents = st.integers(1, 100_000).map(lambda amount: amount / 100)
        campaigns = st.sampled_from([self.spring, self.fair, self.print])
        partners = [self.partner, self.new_partner("Birch"), self.new_partner("Cedar")]
        partners.append(self.new_partner("Ada", parent_id=self.partner.id))
        for _touch in range(data.draw(st.integers(0, 8))):
            self.touch(data.draw(campaigns), data.draw(days), data.draw(st.sampled_from(partners)))
        invoices = []
        for _document in range(data.draw(st.integers(1, 5))):
            partner, day = data.draw(st.sampled_from(partners)), data.draw(days)
            kind = data.draw(st.sampled_from(["invoice", "order", "orders", "refund", "receipt", "reversal"]))
            price = data.draw(cents)
            values = {"campaign_id": data.draw(campaigns).id} if data.draw(st.integers(0, 3)) == 0 else {}
            if data.draw(st.booleans()):
                values["currency_id"] = self.env.ref("base.USD").id
            if kind == "order":
                order = self.order(day, partner, price, **{k: v for k, v in values.items() if k == "campaign_id"})
                invoices.append(self.bill_order(order, day + timedelta(days=data.draw(st.integers(0, 20)))))
            elif kind == "orders":
                orders = self.env["sale.order"]
                for price in data.draw(st.lists(cents, min_size=2, max_size=3)):
                    own = {"campaign_id": data.draw(campaigns).id} if data.draw(st.booleans()) else {}
                    orders |= self.order(day - timedelta(days=data.draw(st.integers(0, 40))), partner, price, **own)
                invoices.append(self.bill_order(orders, day))
            elif kind == "reversal" and invoices:
                values = {"move_type": "out_refund", "reversed_entry_id": data.draw(st.sampled_from(invoices)).id}
                self.invoice(partner, (self.product, 1, price), day=day, **values)
            else:
                move_type = {"refund": "out_refund", "receipt": "out_receipt"}.get(kind, "out_invoice")
                move = self.invoice(partner, (self.product, 1, price), day=day, move_type=move_type, **values)
                invoices += move if move_type == "out_invoice" else []

    def _check_credits(self, rows):
        self.env.cr.execute(
            SQL(
                "SELECT %s FROM crm_pareto_attribution WHERE company_id = %s GROUP BY move_id, part",
                SQL(", ").join(SQL("SUM(%s)::text", SQL.identifier(name)) for name in CREDITS),
                self.company.id,
            )
        )
        for sums in self.env.cr.fetchall():
            self.assertEqual([Decimal(total) for total in sums], [1] * len(CREDITS))

    def _check_oracle(self, rows):
        expected = attribution_oracle.credits(self.env, self.company, AS_OF)
        self.assertEqual({(row.move_id, row.order_id) for row in rows}, set(expected))
        for part, touches in expected.items():
            mine = rows.filtered(lambda row, part=part: (row.move_id, row.order_id) == part)
            found = sorted((row.touch_date, row.touch_id.id, row.campaign_id.id) for row in mine)
            self.assertEqual(found, [(t["date"], t["id"], t["campaign"]) for t in touches])
            by_touch = {row.touch_id.id: row for row in mine}
            for touch in touches:
                for name in CREDITS:
                    self.assertAlmostEqual(by_touch[touch["id"]][name], touch[name], 9, name)
            for row in mine:
                self.assertAlmostEqual(row.revenue, float(attribution_oracle.amount(*part)), 6)

    def _check_ledger(self):
        """Of the company's documents up to the day: attributed + unattributed = ledger, to the cent, by each model."""
        self.env.cr.execute(
            """SELECT COALESCE(-SUM(line.balance), 0)::text
                 FROM account_move_line line JOIN account_move move ON move.id = line.move_id
                WHERE move.company_id = %s AND move.state = 'posted' AND line.display_type = 'product'
                  AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')""",
            [self.company.id],
        )
        ((ledger,),) = self.env.cr.fetchall()
        analysis = self.env["crm.pareto.campaign.analysis"]
        for model in (name.removeprefix("credit_") for name in CREDITS):
            self.company.pareto_attribution_model = model
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    "SELECT SUM(revenue)::text FROM (%s) row WHERE company_id = %s",
                    analysis._table_query,
                    self.company.id,
                )
            )
            ((total,),) = self.env.cr.fetchall()
            self.assertEqual(Decimal(total).quantize(Decimal("0.01")), Decimal(ledger), model)
            self.assertEqual(Decimal(total), Decimal(ledger), model)


class TestAlwaysOn(CampaignCase):
    """A fee that is paid month by month is judged by what its sales had the time for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lesson = cls.new_product("Lesson")  # a service without a cost costs nothing
        cls.lesson.type = "service"

    @classmethod
    def pay(cls, campaign, day, amount):
        """The posted bill of a campaign."""
        line = {
            "name": "Fee",
            "price_unit": amount,
            "tax_ids": False,
            "pareto_campaign_ids": [Command.set(campaign.ids)],
        }
        values = {"move_type": "in_invoice", "partner_id": cls.partner.id, "invoice_date": day, "date": day}
        cls.env["account.move"].create({**values, "invoice_line_ids": [Command.create(line)]}).action_post()

    def pay_monthly(self, campaign, amount):
        for month in range(24):
            self.pay(campaign, AS_OF - relativedelta(months=month), amount)

    def advised(self, campaign):
        self.attribute()
        self.env.invalidate_all()
        return campaign.pareto_advice

    def sell(self, campaign, day, count, price):
        """Sales to so many customers whom the campaign touched the day before."""
        for number in range(count):
            partner = self.new_partner(f"{campaign.title} {day} {number}")
            self.touch(campaign, day - timedelta(days=1), partner)
            self.invoice(partner, (self.lesson, 1, price), day=day)

    def test_the_same_money_in_one_bill_and_in_many_is_judged_alike(self):
        self.sell(self.print, date(2026, 6, 1), 1, 100)  # what a sale leaves on average
        self.pay_monthly(self.spring, 3000)
        self.pay(self.fair, AS_OF - relativedelta(months=23), 72000)
        self.assertEqual((self.advised(self.spring), self.fair.pareto_advice), ("less", "less"))

    def test_without_any_sale_of_the_company_both_are_to_be_tested(self):
        self.pay_monthly(self.spring, 3000)
        self.pay(self.fair, AS_OF - relativedelta(months=23), 72000)
        self.assertEqual((self.advised(self.spring), self.fair.pareto_advice), ("test", "test"))

    def test_the_reason_says_until_when_what_was_spent_is_judged(self):
        self.sell(self.spring, date(2025, 6, 1), 12, 100)
        self.pay_monthly(self.spring, 3000)
        self.assertEqual(self.advised(self.spring), "less")
        self.assertRegex(self.spring.pareto_reason, r"ROI -98 % on the .*63,000.* spent until 04/01/2026")

    def test_sales_of_what_was_spent_lately_are_not_those_of_the_rest(self):
        self.sell(self.spring, date(2025, 6, 1), 12, 100)
        self.sell(self.spring, date(2026, 6, 15), 12, 1000)
        self.pay_monthly(self.spring, 3000)
        self.assertEqual(self.advised(self.spring), "less")
        self.assertIn("ROI -98 %", self.spring.pareto_reason)

    def test_what_was_spent_lately_may_still_come_back(self):
        self.sell(self.print, date(2026, 6, 1), 1, 100)
        self.pay(self.spring, AS_OF - relativedelta(months=12), 10)
        self.pay(self.spring, AS_OF, 72000)
        self.assertEqual(self.advised(self.spring), "hold")
        self.assertRegex(self.spring.pareto_reason, r"72,000.* was spent lately")
