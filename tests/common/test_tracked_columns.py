"""Our tracked columns of a contact: their changes are in its chatter, and nothing reads them meanwhile."""

from datetime import date

from odoo.exceptions import AccessError

from ..common import LedgerCase
from .test_hot_paths import StatementsCase

COLUMNS = {
    "pareto_not_customer": True,
    "pareto_not_profiled": True,
    "pareto_may_be_named": True,
    "pareto_asked_on": date(2026, 6, 15),
}


class TestChatter(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mill, cls.friend = cls.new_partner("Mill"), cls.new_partner("Friend")
        cls.env.cr.flush()  # what was created in the same transaction is not tracked
        cls.mill = cls.mill.with_context(tracking_disable=False)

    def changes(self):
        """{column: what the chatter shows of its change}, of all that was logged on the contact"""
        self.env.cr.flush()
        return {
            value.field_id.name: value._tracking_value_format()[0]
            for value in self.env["mail.tracking.value"].search(
                [("mail_message_id.model", "=", "res.partner"), ("mail_message_id.res_id", "=", self.mill.id)]
            )
        }

    def test_each_change_is_logged(self):
        self.mill.write(COLUMNS | {"pareto_referred_by_id": self.friend.id})
        self.assertEqual(self.changes().keys(), COLUMNS.keys() | {"pareto_referred_by_id"})

    def test_it_says_what_was_before_and_after(self):
        self.mill.write({"phone": "1", "pareto_referred_by_id": self.friend.id})
        self.env.cr.flush()
        self.env["mail.tracking.value"].search([]).unlink()
        self.mill.phone = "2"
        self.mill.pareto_referred_by_id = False
        changes = self.changes()
        self.assertEqual(changes.keys(), {"phone", "pareto_referred_by_id"})
        value = changes["pareto_referred_by_id"]
        self.assertEqual((value["oldValue"], value["newValue"]), ("Friend", ""))

    def test_what_is_written_again_is_not_logged(self):
        self.mill.write({"pareto_may_be_named": True})
        self.mill.write({"pareto_may_be_named": False})
        self.assertEqual(self.changes(), {})

    def test_nothing_is_logged_where_tracking_is_off(self):
        self.mill.with_context(tracking_disable=True).write(COLUMNS)
        self.mill.with_context(mail_notrack=True).write({"pareto_referred_by_id": self.friend.id})
        self.assertEqual(self.changes(), {})


class TestReading(StatementsCase):
    def assert_reads_none(self, seen):
        self.assertGreater(len(seen), 0)
        self.assertEqual([query for query in seen if '"pareto_' in query], [])

    def test_a_name_is_read_without_them(self):
        with self.statements() as seen:
            self.assertTrue(self.partners[0].name)
        self.assert_reads_none(seen)

    def test_a_contact_is_written_without_reading_them(self):
        partner = self.partners[0].with_context(tracking_disable=False)
        with self.statements() as seen:
            partner.email = "mill@example.com"
        self.assert_reads_none(seen)

    def test_they_are_read_at_once(self):
        with self.statements() as seen:
            self.partners.mapped(lambda partner: [partner[name] for name in COLUMNS])
        self.assertEqual(len([query for query in seen if '"pareto_' in query]), 1)

    def test_they_are_copied_with_the_rest_in_one_statement(self):
        with self.statements() as seen:
            self.partners[0].copy_data()
        read = [query for query in seen if "pareto_not_profiled" in query]
        self.assertEqual(len(read), 1)
        self.assertIn('"res_partner"."name"', read[0])

    def test_contacts_copied_one_by_one_are_read_at_once(self):
        with self.statements() as seen:
            for partner in self.partners:
                partner.copy_data()
        self.assertEqual(len([query for query in seen if '"res_partner"."name"' in query]), 1)

    def test_a_contact_is_copied_by_who_may_not_read_another_that_was_found_along(self):
        hidden = self.partners[1]
        hidden.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        seller = self.new_user("copies", "sales_team.group_sale_salesman,base.group_partner_manager")
        self.env.flush_all()
        self.env.invalidate_all()
        found = self.partners.with_user(seller)
        with self.assertRaises(AccessError):
            found[1].copy_data()
        first = next(iter(found))  # remembers the others, unlike found[0]
        self.assertEqual(first.copy_data()[0]["name"], "P0 (copy)")


class TestCopying(LedgerCase):
    def test_whom_a_customer_agreed_with_is_not_copied(self):
        """Neither the leave to name it as a reference nor when it was asked: another customer gave no leave."""
        mill = self.new_partner("Mill")
        mill.write(COLUMNS)
        copy = mill.copy()
        self.assertEqual((copy.pareto_may_be_named, copy.pareto_asked_on), (False, False))
        self.assertTrue(copy.pareto_not_profiled)
