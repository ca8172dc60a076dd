"""What the History page loads."""

from datetime import datetime, timedelta

from odoo.exceptions import AccessError

from ..common import SALESPERSON, TouchCase

MOMENT = datetime(2026, 6, 15, 10, 0)


class TestTimeline(TouchCase):
    def load(self, record, filters=None, before=None, user=None):
        self.env.flush_all()
        timeline = self.env["crm.pareto.timeline"].with_user(user or self.env.user)
        return timeline.page(record._name, record.id, filters, before)

    def test_forty_at_a_time_until_all_are_there_each_once(self):
        for minutes in range(90):
            self.log(self.person, MOMENT + timedelta(minutes=minutes // 3))  # some of the same moment
        seen, before, sizes = [], None, []
        for _page in range(3):
            page = self.load(self.customer, before=before)
            seen += page["touches"]
            sizes.append((len(page["touches"]), page["more"]))
            before = [str(page["touches"][-1]["date"]), page["touches"][-1]["id"]]
        self.assertEqual(sizes, [(40, True), (40, True), (10, False)])
        self.assertEqual(len({touch["id"] for touch in seen}), 90)
        self.assertEqual(seen, sorted(seen, key=lambda touch: (touch["date"], touch["id"]), reverse=True))

    def test_a_company_with_all_its_contacts_a_contact_alone(self):
        self.log(self.customer, MOMENT)
        self.log(self.person, MOMENT)
        self.assertEqual(len(self.load(self.customer)["touches"]), 2)
        self.assertEqual(len(self.load(self.person)["touches"]), 1)

    def test_a_lead_and_an_order_show_their_customers(self):
        self.log(self.customer, MOMENT)
        lead = self.env["crm.lead"].create({"name": "Gauges", "partner_id": self.person.id})
        order = self.env["sale.order"].create({"partner_id": self.person.id})
        for record in (lead, order):
            kinds = {touch["kind"] for touch in self.load(record)["touches"]}
            self.assertEqual(kinds, {"logged", "lead_created"})

    def test_a_lead_without_customer_shows_its_own(self):
        lead = self.env["crm.lead"].create({"name": "Gauges", "email_from": "new@x.example"})
        self.mail(lead, MOMENT, author=self.person)
        self.assertEqual({touch["kind"] for touch in self.load(lead)["touches"]}, {"mail", "lead_created"})

    def test_a_day_that_no_calendar_has_elsewhere_is_one_all_can_read(self):
        activity = self.customer.activity_schedule("mail.mail_activity_data_call", user_id=self.env.uid)
        activity.action_feedback()
        for day, zone in (("0001-01-01", "Asia/Tokyo"), ("9999-12-31", "America/New_York")):
            self.env.flush_all()
            self.env.cr.execute("UPDATE mail_activity SET date_done = %s WHERE id = %s", [day, activity.id])
            self.env.invalidate_all()
            timeline = self.env["crm.pareto.timeline"].with_context(tz=zone)
            self.assertEqual(len(timeline.page("res.partner", self.customer.id)["touches"]), 1, zone)

    def test_filters(self):
        anna = self.new_user("anna", SALESPERSON)
        self.log(self.person, MOMENT, channel="event", direction="in", user_id=anna.id)
        self.log(self.person, MOMENT, channel="phone", direction="out")
        self.env["crm.lead"].create({"name": "Gauges", "partner_id": self.person.id})
        for filters, count in (
            ({}, 3),
            ({"channel": "event"}, 1),
            ({"direction": "out"}, 1),
            ({"user_id": anna.id}, 1),
            ({"conversation": True}, 2),
            ({"channel": "event", "direction": "out"}, 0),
        ):
            self.assertEqual(len(self.load(self.customer, filters)["touches"]), count, filters)

    def test_the_summary_says_what_can_be_filtered_by(self):
        anna = self.new_user("anna", SALESPERSON)
        self.log(self.person, MOMENT, channel="event", direction="in", user_id=anna.id)
        summary = self.env["crm.pareto.timeline"].summary("res.partner", self.customer.id)
        self.assertEqual(summary["channels"], [["event", "Fair or Event", 1]])
        self.assertEqual(summary["people"], [[anna.id, "anna", 1]])
        self.assertEqual((summary["count"], summary["known_by"]), (1, [[anna.id, "anna"]]))

    def test_the_summary_of_a_lead_is_of_the_company(self):
        lead = self.env["crm.lead"].create({"name": "Gauges", "partner_id": self.person.id})
        self.log(self.customer, MOMENT)
        summary = self.env["crm.pareto.timeline"].summary("crm.lead", lead.id)
        self.assertEqual((summary["partner_id"], summary["last_out"]), (self.customer.id, MOMENT))

    def test_whose_record_may_not_be_read_has_no_history(self):
        lead = self.env["crm.lead"].create({"name": "Gauges", "user_id": self.env.user.id})
        with self.assertRaises(AccessError):
            self.load(lead, user=self.new_user("anna", SALESPERSON))
