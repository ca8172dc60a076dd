"""Which invoices need a look, and what happens to them."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..common import SALESPERSON, ParetoCase
from .linking import DAY, INVOICING, LinkCase


class TestReason(LinkCase):
    def test_an_invoice_to_a_customer_is_not_listed(self):
        self.assertFalse(self.listed(self.sold(self.birch)))

    def test_a_document_without_partner_is_listed(self):
        receipt = self.env["account.move"].create({"move_type": "out_receipt", "company_id": self.company.id})
        self.assertEqual(self.listed(receipt).mapped("reason"), ["no_partner"])

    def test_an_invoice_to_a_partner_who_is_no_customer_is_listed(self):
        row = self.listed(self.sold())
        self.assertEqual((row.reason, row.amount, row.partner_id), ("not_customer", 100, self.walk_in))

    def test_a_draft_is_listed_and_a_cancelled_document_is_not(self):
        move = self.sold()
        move.button_draft()
        self.assertEqual(self.listed(move).state, "draft")
        move.button_cancel()
        self.assertFalse(self.listed(move))

    def test_an_invoice_to_a_contact_of_one_who_is_no_customer_is_listed(self):
        contact = self.new_partner("Till 2", parent_id=self.walk_in.id)
        self.assertEqual(self.listed(self.sold(contact)).reason, "not_customer")

    def test_an_invoice_to_another_than_ordered_is_listed(self):
        leasing = self.new_partner("Lease and Co", is_company=True)
        move = self.bill(self.order(self.birch, partner_invoice_id=leasing.id))
        row = self.listed(move)
        self.assertEqual((row.reason, row.order_customer_id), ("order_differs", self.birch))

    def test_an_invoice_that_names_the_order_of_another_is_listed(self):
        order = self.order(self.birch)
        move = self.sold(self.new_partner("Lease and Co", is_company=True), invoice_origin=order.name)
        self.assertEqual(self.listed(move).order_id, order)

    def test_an_invoice_to_another_contact_of_the_customer_who_ordered_is_not_listed(self):
        office = self.new_partner("Office", parent_id=self.birch.id, type="invoice")
        self.assertFalse(self.listed(self.bill(self.order(self.birch, partner_invoice_id=office.id))))

    def test_an_invoice_without_the_campaign_that_reached_the_customer_is_listed(self):
        self.touch(DAY - timedelta(days=89))
        self.assertEqual(self.listed(self.sold(self.birch)).reason, "no_campaign")

    def test_a_touch_before_the_look_back_days_says_nothing(self):
        self.touch(DAY - timedelta(days=91))
        self.assertFalse(self.listed(self.sold(self.birch)))

    def test_a_touch_after_the_invoice_says_nothing(self):
        self.touch(DAY + timedelta(days=1))
        self.assertFalse(self.listed(self.sold(self.birch)))

    def test_an_invoice_with_a_campaign_is_not_listed(self):
        campaign = self.touch(DAY)
        self.assertFalse(self.listed(self.sold(self.birch, campaign_id=campaign.id)))

    def test_a_vendor_bill_is_not_listed(self):
        self.assertFalse(self.listed(self.sold(move_type="in_invoice")))

    def touch(self, day):
        campaign = self.env["utm.campaign"].create({"name": "Spring"})
        values = {"name": "Talk", "partner_id": self.birch.id, "campaign_id": campaign.id, "date": day}
        self.env["crm.pareto.touch"].create({**values, "company_id": self.company.id})
        return campaign


class TestDecision(LinkCase):
    def setUp(self):
        super().setUp()
        self.move = self.sold(partner_shipping_id=self.birch.id)
        self.row = self.listed(self.move, self.accountant)

    def test_accepting_credits_the_suggested_customer(self):
        self.row.action_accept()
        self.assertEqual(self.move.pareto_customer_id, self.birch)
        self.assertFalse(self.listed(self.move))
        link = self.links(self.move)
        self.assertEqual((link.customer_id, link.certainty, link.user_id), (self.birch, 0.6, self.accountant))
        self.assertEqual(link.explanation, "Delivered to Birch Works")

    def test_accepting_is_logged_in_the_chatter(self):
        self.env.cr.flush()  # what was created in the same transaction is not tracked
        self.row.with_context(tracking_disable=False).action_accept()
        self.env.cr.flush()  # where Odoo writes what it tracked
        values = self.move.message_ids.sudo().tracking_value_ids
        self.assertIn("Birch Works", values.mapped("new_value_char"))

    def test_another_than_the_best_suggestion_can_be_accepted(self):
        cedar = self.new_partner("Cedar Mills", email="info@cedar.example")
        self.walk_in.email = "shop@cedar.example"
        other = self.listed(self.move, self.accountant).suggestion_ids.filtered(lambda row: row.customer_id == cedar)
        other.action_accept()
        self.assertEqual(self.move.pareto_customer_id, cedar)

    def test_a_suggested_campaign_is_written_to_the_invoice(self):
        campaign = self.env["utm.campaign"].create({"name": "Spring"})
        move = self.bill(self.order(self.birch, campaign_id=campaign.id), campaign_id=False)
        self.listed(move, self.accountant).action_accept()
        self.assertEqual((move.campaign_id, move.pareto_customer_id.id), (campaign, False))

    def test_undo_restores_what_was_before(self):
        self.row.action_accept()
        link = self.links(self.move).with_user(self.accountant)
        link.action_undo()
        self.assertFalse(self.move.pareto_customer_id)
        self.assertTrue(self.listed(self.move))
        self.assertEqual((link.undone, link.undone_by_id), (True, self.accountant))

    def test_what_was_changed_on_the_invoice_since_is_not_undone(self):
        self.row.action_accept()
        cedar = self.new_partner("Cedar Mills")
        self.move.pareto_customer_id = cedar
        with self.assertRaisesRegex(UserError, "changed on the invoice since"):
            self.links(self.move).action_undo()
        self.assertEqual(self.move.pareto_customer_id, cedar)

    def test_undo_last_undoes_the_last_batch_of_the_reader(self):
        others = self.sold() | self.sold(partner_shipping_id=self.birch.id)
        self.row.action_leave()
        self.wizard(certainty=0.5).action_link()
        self.row.action_undo_last()
        self.assertFalse(others.pareto_customer_id)
        self.assertFalse(self.listed(self.move))

    def test_a_document_left_as_it_is_stays_away(self):
        self.row.action_leave()
        self.assertFalse(self.listed(self.move))
        self.assertFalse(self.move.pareto_customer_id)

    def test_leaving_a_document_can_be_undone(self):
        self.row.action_leave()
        self.links(self.move).action_undo()
        self.assertTrue(self.listed(self.move))

    def test_a_document_left_for_its_customer_is_still_asked_for_its_campaign(self):
        campaign = self.env["utm.campaign"].create({"name": "Spring"})
        leasing = self.new_partner("Lease and Co", is_company=True)
        order = self.order(self.birch, partner_invoice_id=leasing.id, campaign_id=campaign.id)
        move = self.bill(order, campaign_id=False)
        self.listed(move).action_leave()
        self.assertEqual(self.listed(move).reason, "no_campaign")

    def test_accepting_what_left_the_list_says_so(self):
        self.move.pareto_customer_id = self.birch
        with self.assertRaisesRegex(UserError, "reload the list"):
            self.row.action_accept()

    def test_accepting_without_a_suggestion_says_what_to_do(self):
        with self.assertRaisesRegex(UserError, "open the invoice"):
            self.listed(self.sold()).action_accept()

    def test_the_wizard_links_what_is_certain_enough(self):
        certain = self.sold(invoice_origin=self.order(self.birch).name)
        wizard = self.wizard()
        self.assertEqual((wizard.document_count, wizard.amount), (1, 100))
        wizard.action_link()
        self.assertEqual((certain | self.move).mapped("pareto_customer_id.name"), ["Birch Works"])
        self.assertFalse(self.move.pareto_customer_id)

    def test_the_wizard_links_the_chosen_rows_only(self):
        other = self.sold(partner_shipping_id=self.birch.id)
        context = {"active_model": "crm.pareto.invoice.link", "active_ids": self.row.ids}
        self.wizard(certainty=0.5, **context).action_link()
        self.assertEqual((self.move.pareto_customer_id, other.pareto_customer_id.id), (self.birch, False))

    def test_the_wizard_links_no_others_where_the_chosen_ones_are_gone(self):
        other = self.sold(partner_shipping_id=self.birch.id)
        gone = self.sold(partner_shipping_id=self.birch.id)
        wizard = self.wizard(certainty=0.5, active_model="crm.pareto.invoice.link", active_ids=gone.ids)
        gone.button_draft()
        gone.with_context(force_delete=True).unlink()
        with self.assertRaises(UserError):
            wizard.action_link()
        self.assertFalse(other.pareto_customer_id)

    def test_the_wizard_counts_anew_for_another_certainty(self):
        form = Form(self.env["crm.pareto.link.invoices"].with_user(self.accountant))
        self.assertEqual(form.document_count, 0)
        form.certainty = 0.6
        self.assertEqual(form.document_count, 1)

    def test_the_wizard_with_nothing_certain_enough_says_so(self):
        with self.assertRaisesRegex(UserError, "choose a lower certainty"):
            self.wizard().action_link()

    def test_many_are_linked_with_one_write_a_customer(self):
        for _number in range(20):
            self.sold(partner_shipping_id=self.birch.id)
        self.env.flush_all()
        few, many = (self.count_statements(count) for count in (1, 20))
        self.assertLess(many - few, 20)

    def count_statements(self, count):
        rows = self.env["crm.pareto.invoice.link"].search([("certainty", ">", 0.5)], limit=count)
        self.assertEqual(len(rows), count)
        before = self.env.cr.sql_log_count
        rows.action_accept()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_a_credited_invoice_is_revenue_of_the_customer_it_was_linked_to(self):
        self.row.action_accept()
        self.env.flush_all()
        line = self.env["crm.pareto.revenue.report"].search([("move_id", "=", self.move.id)])
        self.assertEqual((line.customer_id, line.revenue), (self.birch, 100))

    def test_a_customer_with_a_credited_invoice_is_not_deleted_any_more_than_one_with_an_invoice(self):
        self.row.action_accept()
        self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.birch.unlink()

    def test_a_credit_note_is_credited_as_its_invoice(self):
        self.row.action_accept()
        self.assertEqual(self.move._reverse_moves().pareto_customer_id, self.birch)

    def test_but_not_to_a_customer_that_is_another_company_s_by_now(self):
        self.move.pareto_customer_id = self.new_partner("Cedar")
        self.move.pareto_customer_id.company_id = self.new_company("Alder Inc", "USD")
        self.env.flush_all()
        self.env.invalidate_all()
        move = self.move.with_user(self.accountant).with_context(allowed_company_ids=self.company.ids)
        self.assertFalse(move._reverse_moves().pareto_customer_id)

    def wizard(self, certainty=0.9, **context):
        wizards = self.env["crm.pareto.link.invoices"].with_user(self.accountant).with_context(**context)
        return wizards.create({"certainty": certainty})


class TestLinkRights(LinkCase):
    def setUp(self):
        super().setUp()
        self.move = self.sold(partner_shipping_id=self.birch.id)
        self.salesperson = self.new_user("sonja", SALESPERSON)
        self.salesperson.write({"company_ids": [fields.Command.link(self.company.id)], "company_id": self.company.id})

    def test_a_salesperson_sees_no_work_list(self):
        with self.assertRaises(AccessError):
            self.listed(self.move, self.salesperson)

    def test_a_salesperson_may_decide_nothing(self):
        links = self.env["crm.pareto.link"].with_user(self.salesperson)
        with self.assertRaisesRegex(AccessError, "Only accountants"):
            links._link(self.listed(self.move).suggestion_ids)
        with self.assertRaisesRegex(AccessError, "Only accountants"):
            links._leave(self.listed(self.move))
        with self.assertRaisesRegex(AccessError, "Only accountants"):
            links.action_undo()

    def test_only_accountants_may_write_the_credited_customer(self):
        buyer = self.new_user("paul", "base.group_user")
        moves = self.env["account.move"]
        self.assertTrue(moves.with_user(buyer).fields_get(["pareto_customer_id"])["pareto_customer_id"]["readonly"])
        with self.assertRaisesRegex(AccessError, "Only accountants"):
            self.move.with_user(self.salesperson).pareto_customer_id = self.birch
        with self.assertRaisesRegex(AccessError, "Only accountants"):
            moves.with_user(self.salesperson).create({"move_type": "out_invoice", "pareto_customer_id": self.birch.id})
        self.move.with_user(self.accountant).pareto_customer_id = self.birch

    def test_what_a_client_has_as_default_credits_nobody(self):
        """Also where Odoo creates the invoice with sudo, as it does of a salesperson's order."""
        sent = {"default_pareto_customer_id": self.birch.id, "allowed_company_ids": self.company.ids}
        for user, su, credited in (
            (self.salesperson, True, False),
            (self.new_user("paul", "base.group_user"), True, False),
            (self.accountant, False, True),
        ):
            moves = self.env(user=user, su=su)["account.move"].with_context(**sent)
            for move_type in ("out_invoice", "in_invoice"):
                move = moves.create({"move_type": move_type, "partner_id": self.walk_in.id})
                self.assertEqual(bool(move.sudo().pareto_customer_id), credited, f"{user.login} {move_type}")

    def test_a_salespersons_order_is_invoiced_to_nobody_elses_credit(self):
        line = [fields.Command.create({"product_id": self.product.id})]
        orders = self.env["sale.order"].with_user(self.salesperson).with_company(self.company)
        order = orders.create({"partner_id": self.walk_in.id, "order_line": line})
        order.action_confirm()
        order.order_line.sudo().qty_delivered = 1
        invoice = order.with_context(default_pareto_customer_id=self.birch.id).sudo()._create_invoices()
        self.assertFalse(invoice.sudo().pareto_customer_id)

    def test_nobody_writes_a_decision_by_hand(self):
        self.listed(self.move, self.accountant).action_accept()
        with self.assertRaises(AccessError):
            self.links(self.move).with_user(self.accountant).write({"undone": True})

    def test_documents_of_another_company_are_not_shown(self):
        other = self.new_company("Other Co", "EUR")
        move = self.sold(company=other)
        self.assertTrue(self.listed(move.with_context(allowed_company_ids=other.ids)))
        self.assertFalse(self.listed(move, self.accountant))

    def test_decisions_of_another_company_are_not_shown(self):
        other = self.new_company("Other Co", "EUR")
        move = self.sold(company=other)
        self.env["crm.pareto.link"]._leave(self.listed(move))
        self.assertFalse(self.links(move).with_user(self.accountant).search([("move_id", "=", move.id)]))


class TestInvoicingUser(ParetoCase):
    def test_an_invoicing_user_finds_the_work_list_in_the_invoicing_app(self):
        user = self.new_user("anton", INVOICING)
        menus = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
        self.assertIn(self.env.ref("crm_pareto.crm_pareto_invoice_link_menu_invoicing").id, menus)
