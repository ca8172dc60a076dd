"""Silence and reach: who was in touch with a customer, when, by what, and whom it left waiting."""

from contextlib import suppress
from datetime import date, datetime, timedelta

from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.exceptions import UserError

from ..common import SALESPERSON, TouchCase, new_test_user

NOW = datetime(2026, 6, 30, 12, 0)


@freeze_time(NOW)
class TestReach(TouchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna, cls.berta = (
            new_test_user(cls.env, login=login, name=login, groups=SALESPERSON) for login in ("anna", "berta")
        )

    def test_the_last_one_of_each_direction_and_the_days_since(self):
        self.log(self.person, NOW - timedelta(days=20), direction="in")
        self.log(self.person, NOW - timedelta(days=10, hours=1), direction="out")
        self.assertEqual(self.customer.pareto_last_in, NOW - timedelta(days=20))
        self.assertEqual(self.customer.pareto_last_out, NOW - timedelta(days=10, hours=1))
        self.assertEqual(self.customer.pareto_silent_days, 10)

    def test_an_export_has_the_day_of_the_last_one(self):
        self.log(self.person, datetime(2026, 6, 15, 20), direction="in")
        for zone, day in (("UTC", 15), ("Pacific/Auckland", 16)):
            customer = self.customer.with_context(tz=zone)
            self.assertEqual(customer.export_data(["pareto_last_in"])["datas"], [[date(2026, 6, day)]], zone)

    def test_what_is_no_conversation_ends_no_silence(self):
        self.env["crm.lead"].create({"name": "Gauges", "partner_id": self.person.id})
        self.assertEqual(self.customer.pareto_touch_count, 1)
        self.assertFalse(self.customer.pareto_last_out)
        self.assertFalse(self.customer.pareto_silent_days)

    def test_a_contact_has_its_own_a_company_all(self):
        other = self.env["res.partner"].create({"name": "Bob", "parent_id": self.customer.id})
        self.log(self.person, NOW - timedelta(days=20))
        self.log(other, NOW - timedelta(days=5))
        self.assertEqual((self.customer + self.person + other).mapped("pareto_silent_days"), [5, 20, 5])
        self.assertEqual((self.customer + self.person + other).mapped("pareto_touch_count"), [2, 1, 1])

    def test_who_knows_them_most_first_and_only_who_is_still_here(self):
        for user, touches in ((self.anna, 1), (self.berta, 2)):
            for day in range(touches):
                self.log(self.person, NOW - timedelta(days=day), user_id=user.id)
        self.assertEqual(self.customer.pareto_known_by_ids.ids, (self.berta + self.anna).ids)
        known_by_one = [("pareto_known_by_count", "=", 1), ("id", "=", self.customer.id)]
        self.assertFalse(self.env["res.partner"].search(known_by_one))
        self.berta.active = False
        self.env.invalidate_all()
        self.assertEqual(self.customer.pareto_known_by_ids, self.anna)
        self.assertEqual(self.env["res.partner"].search(known_by_one), self.customer)

    def test_a_search_by_how_many_know_them(self):
        customers = self.customer + self.env["res.partner"].create([{"name": "Birch"}, {"name": "Cedar"}])
        for partner, users in zip(customers, ((), self.anna, self.anna + self.berta), strict=True):
            for user in users:
                self.log(partner, NOW, user_id=user.id)
        for operator, value, expected in (
            ("=", 0, [0]),
            ("=", 1, [1]),
            ("!=", 1, [0, 2]),
            ("in", [1, 2], [1, 2]),
            ("<", 2, [0, 1]),
            ("<=", 1, [0, 1]),
            (">", 0, [1, 2]),
            (">=", 0, [0, 1, 2]),
            (">=", 2, [2]),
        ):
            with self.subTest(operator=operator, value=value):
                found = customers.search([("pareto_known_by_count", operator, value), ("id", "in", customers.ids)])
                self.assertEqual(found.mapped("pareto_known_by_count"), expected)

    def test_what_odoo_sent_by_itself_is_no_conversation(self):
        robot = self.env.ref("base.user_root")
        self.customer.with_user(robot).sudo().message_post(
            body="Thanks", message_type="comment", subtype_xmlid="mail.mt_comment", author_id=robot.partner_id.id
        )
        self.assertEqual(self.touches().direction, "out")
        self.assertFalse(self.customer.pareto_last_out)

    def test_the_channels_by_which_they_reach_us(self):
        for channel, direction in (("event", "in"), ("phone", "in"), ("phone", "in"), ("post", "out")):
            self.log(self.person, NOW, channel=channel, direction=direction)
        self.assertEqual(self.customer.pareto_channels, "Phone, Fair or Event")

    def test_half_of_the_mails_were_answered_within(self):
        lead = self.env["crm.lead"].create({"name": "Gauges", "partner_id": self.person.id})
        asked, ours = NOW - timedelta(days=40), {"author_id": self.new_user("otto", SALESPERSON).partner_id.id}
        for days, hours in ((0, 2), (2, 4), (4, 30)):  # one after the other, each answered
            self.mail(lead, asked + timedelta(days=days), author=self.person)
            self.mail(lead, asked + timedelta(days=days, hours=hours), **ours)
        self.mail(lead, NOW - timedelta(days=30), author=self.person)
        self.mail(lead, NOW - timedelta(days=10), **ours)  # no answer any more
        self.mail(self.customer, asked + timedelta(hours=1), **ours)  # on another document: of something else
        self.assertEqual(self.customer.pareto_answer_hours, 4)

    def test_the_mail_that_brings_the_quotation_is_an_answer(self):
        order = self.env["sale.order"].create({"partner_id": self.person.id})
        self.mail(order, NOW - timedelta(hours=5), author=self.person)
        layout = "mail.mail_notification_layout_with_responsible_signature"
        self.mail(order, NOW - timedelta(hours=2), email_layout_xmlid=layout)
        self.assertIn("quotation_sent", self.touches().mapped("kind"))
        self.assertEqual(self.customer.pareto_answer_hours, 3)

    def test_without_mails_there_is_no_time_to_answer(self):
        self.assertFalse(self.customer.pareto_answer_hours)

    def test_nonsense_finds_somebody_or_nobody_and_breaks_nothing(self):
        partners = self.env["res.partner"]
        odd = (ValueError, TypeError, UserError)  # as Odoo says of its own fields
        for value in (10**9, -(10**9), float("inf"), float("nan"), "x", True, None, [1]):
            for name in ("pareto_silent_days", "pareto_known_by_count", "pareto_audience_ids"):
                for operator in ("=", ">", "<="):
                    with (
                        self.subTest(name=name, operator=operator, value=value),
                        suppress(*odd),
                    ):
                        partners.search([(name, operator, value)], limit=1)

    def test_overdue_is_who_is_silent_for_longer_than_the_tier_says(self):
        tier = self.env["crm.pareto.tier"]._for_company(self.env.company)[0]
        tier.touch_days = 30
        self.env["crm.pareto.customer"].create(
            {"partner_id": self.customer.id, "company_id": self.env.company.id, "turnover_tier_id": tier.id}
        )
        overdue = [("pareto_is_overdue", "=", True), ("id", "in", (self.customer + self.person).ids)]
        self.assertTrue(self.customer.pareto_is_overdue, "nobody ever talked to them")
        self.assertEqual(self.env["res.partner"].search(overdue), self.customer)
        for days, expected in ((31, True), (29, False)):
            self.log(self.person, NOW - timedelta(days=days))
            self.env.invalidate_all()
            self.assertEqual(self.customer.pareto_is_overdue, expected, days)
            self.assertEqual(bool(self.env["res.partner"].search(overdue)), expected, days)

    def test_who_has_no_rhythm_is_never_overdue(self):
        self.assertFalse(self.customer.pareto_is_overdue)

    @settings(max_examples=25, deadline=None)
    @given(st.data())
    def test_a_search_finds_those_whose_field_says_so(self, data):
        """Searching by silence, last in and last out equals reading the fields of all, for every operator."""
        cursor = self.env.cr
        with cursor.savepoint(flush=False) as savepoint:
            moments = st.builds(lambda hours: NOW - timedelta(hours=hours), st.integers(1, 24 * 12))
            touch = st.tuples(moments, st.sampled_from(["in", "out"]))
            customers = self.env["res.partner"]
            for touches in data.draw(st.lists(st.lists(touch, max_size=3), min_size=1, max_size=4)):
                customers += customers.create({"name": "X"})
                for moment, direction in touches:
                    self.log(customers[-1], moment, direction=direction)
            operator = data.draw(st.sampled_from(["<", "<=", ">", ">="]))
            days = data.draw(st.lists(st.integers(0, 12), min_size=1, max_size=3))
            found = customers.search([("pareto_silent_days", "in", days), ("id", "in", customers.ids)])
            self.assertEqual(found, customers.filtered(lambda c: c.pareto_silent_days in days))
            found = customers.search([("pareto_silent_days", "!=", days[0]), ("id", "in", customers.ids)])
            self.assertEqual(found, customers.filtered(lambda c: c.pareto_silent_days != days[0]))
            for field, value in (
                ("pareto_silent_days", data.draw(st.integers(0, 12))),
                ("pareto_last_in", data.draw(moments)),
                ("pareto_last_out", data.draw(moments)),
            ):
                found = customers.search([(field, operator, value), ("id", "in", customers.ids)])
                expected = customers.browse(c.id for c in customers if self.holds(c, field, operator, value))
                self.assertEqual(found, expected, (field, operator, value))
            found = customers.search([("pareto_last_in", "=", False), ("id", "in", customers.ids)])
            self.assertEqual(found, customers.filtered(lambda c: not c.pareto_last_in))
            self.env.flush_all()
            savepoint.rollback()
        self.env.invalidate_all()

    @staticmethod
    def holds(customer, field, operator, value):
        """Whether a field with a value compares; no touch at all compares with nothing."""
        if not customer.pareto_last_in and not customer.pareto_last_out:
            return False
        mine = customer[field]
        if mine is False:
            return False
        return {"<": mine < value, "<=": mine <= value, ">": mine > value, ">=": mine >= value}[operator]
