"""A contact changes the employer: what happened before stays with the company that it happened with."""

from datetime import date, datetime

from ..common import LedgerCase

JUNE = date(2026, 6, 15)


class TestFormerEmployer(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.former, cls.later = (cls.new_partner(name, is_company=True) for name in ("Alder", "Birch"))
        cls.ida = cls.new_partner("Ida", parent_id=cls.former.id)

    def kinds(self, **of):
        """The kinds of the touches of a customer, or with a contact."""
        self.env.flush_all()
        ((field, partner),) = of.items()
        touches = self.env["crm.pareto.touchpoint"].search([(field, "=", partner.id)])
        return sorted(touches.mapped("kind"))

    def assert_former(self, *kinds):
        """These are the former employer's, before as after the change, and still the contact's; none is the later's."""
        for employer in (self.former, self.later):
            self.ida.parent_id = employer
            self.assertEqual(self.kinds(customer_id=self.former), sorted(kinds), employer.name)
            self.assertEqual(self.kinds(partner_id=self.ida), sorted(kinds), employer.name)
        self.assertEqual(self.kinds(customer_id=self.later), [])

    def test_invoices_and_credit_notes_stay(self):
        invoice = self.invoice(self.ida, (self.product, 1, 100), day=JUNE)
        self.invoice(self.ida, (self.product, 1, 100), day=JUNE, move_type="out_refund", reversed_entry_id=invoice.id)
        self.assert_former("credit_note", "invoice")

    def test_what_was_written_on_an_invoice_stays(self):
        invoice = self.invoice(self.ida, (self.product, 1, 100), day=JUNE)
        invoice.message_post(body="Paid", author_id=self.ida.id, message_type="email", subtype_xmlid="mail.mt_comment")
        self.assert_former("invoice", "mail")

    def test_the_payment_of_an_invoice_stays(self):
        invoice = self.invoice(self.ida, (self.product, 1, 100), day=JUNE)
        register = self.env["account.payment.register"]
        register = register.with_context(active_model="account.move", active_ids=invoice.ids)
        register.create({"payment_date": JUNE}).action_create_payments()
        self.ida.parent_id = self.later
        self.assertEqual(self.kinds(customer_id=self.former), ["invoice", "payment"])
        self.assertEqual(self.kinds(customer_id=self.later), [])

    def test_what_was_logged_stays_and_is_still_the_contacts(self):
        self.env["crm.pareto.touch"].create({"name": "Talk", "partner_id": self.ida.id, "date": datetime(2026, 6, 1)})
        self.assert_former("logged")

    def test_what_comes_afterwards_is_the_later_employers(self):
        self.invoice(self.ida, (self.product, 1, 100), day=JUNE)
        self.ida.parent_id = self.later
        self.invoice(self.ida, (self.product, 1, 100), day=JUNE)
        self.assertEqual(self.kinds(customer_id=self.former), ["invoice"])
        self.assertEqual(self.kinds(customer_id=self.later), ["invoice"])
        self.assertEqual(self.kinds(partner_id=self.ida), ["invoice", "invoice"])

    def test_who_was_nobodys_and_gets_a_company_brings_the_invoices_along(self):
        self.ida.parent_id = False
        self.invoice(self.ida, (self.product, 1, 100), day=JUNE)
        self.ida.parent_id = self.later
        self.assertEqual(self.kinds(customer_id=self.later), ["invoice"])
