"""What has only a day is a day, wherever somebody reads it; what has a moment lies on the day of whoever reads it."""

from collections import Counter
from datetime import date, datetime

import pytz
from freezegun import freeze_time
from odoo.fields import Command, Domain

from ..common import SALES_MANAGER, TouchCase

DAY = date(2026, 11, 1)  # the day before is of another month
TWO_MONTHS = {"October 2026": 1, "November 2026": 1}
MONTHS = {"Pacific/Auckland": {"November 2026": 2}}  # of an invoice of DAY and a talk of EVENING
EVENING = datetime(2026, 10, 31, 20, 0)
ZONES = ("Europe/Berlin", "UTC", "America/Los_Angeles", "Pacific/Auckland")


class TestDayOrMoment(TouchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("account.group_account_manager")

    # -- what happened -----------------------------------------------------------------

    def invoice(self, move_type="out_invoice"):
        line = Command.create({"name": "Gauge", "price_unit": 100, "tax_ids": [Command.clear()]})
        values = {"move_type": move_type, "partner_id": self.customer.id, "invoice_date": DAY}
        self.env["account.move"].create({**values, "invoice_line_ids": [line]}).action_post()

    def credit_note(self):
        self.invoice("out_refund")

    def payment(self):
        journal = {"name": "Bank", "code": "BNKX", "type": "bank", "company_id": self.env.company.id}
        values = {"partner_id": self.customer.id, "amount": 10, "date": DAY, "payment_type": "inbound"}
        values |= {"partner_type": "customer", "journal_id": self.env["account.journal"].create(journal).id}
        self.env["account.payment"].create(values).state = "paid"

    def all_day_meeting(self):
        values = {"name": "Fair", "allday": True, "start_date": DAY, "stop_date": DAY}
        self.env["calendar.event"].create({**values, "partner_ids": [Command.set(self.person.ids)]})

    def call(self, moment):
        """A call that is marked as done at a moment, in UTC."""
        with freeze_time(moment):
            activity = self.customer.activity_schedule("mail.mail_activity_data_call", user_id=self.env.uid)
            activity.action_feedback(feedback="Reached")
            self.env.flush_all()
        # The transaction began when the tests did; in life it begins as somebody clicks.
        self.written(activity, moment)
        return activity

    def written(self, activity, moment):
        self.env.cr.execute("UPDATE mail_activity SET write_date = %s WHERE id = %s", [moment, activity.id])
        self.env.invalidate_all()

    def call_without_a_note(self):
        activity = self.call(datetime(2026, 11, 1, 12))
        self.customer.message_ids.filtered("mail_activity_type_id").unlink()
        self.written(activity, datetime(2026, 11, 3))

    def at(self, zone):
        """The touches as somebody reads them in a time zone."""
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["crm.pareto.touchpoint"].with_context(tz=zone)

    def mine(self, *domain):
        return [("customer_id", "=", self.customer.id), *domain]

    # -- a day ---------------------------------------------------------------------------

    @freeze_time("2026-11-20 12:00:00")
    def test_what_has_only_a_day_is_that_day_for_everybody(self):
        for happen in (self.invoice, self.credit_note, self.payment, self.all_day_meeting, self.call_without_a_note):
            happen()
        for zone in ZONES:
            touches = self.at(zone).search(self.mine())
            kinds = {"invoice", "credit_note", "payment", "meeting", "activity"}
            self.assertEqual(set(touches.mapped("kind")), kinds)
            for touch in touches:
                with self.subTest(zone=zone, kind=touch.kind):
                    self.assertEqual((touch.day, touch.moment, touch.all_day), (DAY, False, True))

    def test_whoever_takes_what_orders_for_a_moment_is_still_told_the_day(self):
        self.invoice()
        for reader in ZONES:
            moment = pytz.utc.localize(self.at(reader).search(self.mine()).date)
            for browser in (*ZONES, "Pacific/Honolulu", "Pacific/Chatham"):
                self.assertEqual(moment.astimezone(pytz.timezone(browser)).date(), DAY, f"{reader}, {browser}")

    def test_what_takes_all_day_has_begun_with_the_day_of_whoever_reads_it(self):
        self.all_day_meeting()
        for now, zone, count in (
            ("2026-10-31 12:00:00", "Pacific/Auckland", 1),  # 1 November, one in the morning
            ("2026-10-31 12:00:00", "UTC", 0),
            ("2026-11-01 06:00:00", "America/Los_Angeles", 0),  # 31 October, eleven at night
            ("2026-11-01 06:00:00", "UTC", 1),
        ):
            with self.subTest(now=now, zone=zone), freeze_time(now):
                self.patch(self.env.cr, "_now", datetime.fromisoformat(now))
                self.assertEqual(self.at(zone).search_count(self.mine()), count)

    # -- a moment ----------------------------------------------------------------------

    def test_a_moment_lies_on_the_day_of_whoever_reads_it(self):
        self.log(self.person, EVENING)
        for zone, day in zip(ZONES, ("2026-10-31", "2026-10-31", "2026-10-31", "2026-11-01"), strict=True):
            touch = self.at(zone).search(self.mine())
            self.assertEqual((touch.moment, touch.date, touch.all_day), (EVENING, EVENING, False))
            self.assertEqual(str(touch.day), day, zone)

    def test_a_touch_read_in_two_zones_is_of_the_day_of_each(self):
        self.log(self.person, EVENING)
        touch = self.at("Pacific/Auckland").search(self.mine())
        self.assertEqual(str(touch.day), "2026-11-01")
        self.assertEqual(str(touch.with_context(tz="UTC").day), "2026-10-31")

    def test_a_call_is_of_the_day_on_which_it_was_made(self):
        """At five in the afternoon in Los Angeles: Odoo keeps the next day, UTC's."""
        activity = self.call(datetime(2026, 11, 14, 1, 0))
        self.assertEqual(activity.date_done, date(2026, 11, 14))
        for later in (datetime(2026, 11, 14, 20), datetime(2026, 11, 15, 9)):
            self.written(activity, later)
            for zone, day in (("America/Los_Angeles", 13), ("Europe/Berlin", 14)):
                touch = self.at(zone).search(self.mine(("kind", "=", "activity")))
                self.assertEqual((touch.moment, touch.day.day), (datetime(2026, 11, 14, 1, 0), day), f"{later}, {zone}")

    def test_two_calls_of_a_day_have_each_its_own_moment(self):
        for hour in (9, 15):
            self.call(datetime(2026, 11, 13, hour))
        touches = self.at("UTC").search(self.mine(("kind", "=", "activity")))
        self.assertEqual([touch.moment.hour for touch in touches], [15, 9])

    # -- months and periods ------------------------------------------------------------

    def months(self, touchpoints, by):
        groups = touchpoints.formatted_read_group(self.mine(), [by], ["__count"])
        return {group[by][1]: group["__count"] for group in groups}

    def test_months_are_of_days_as_they_are_and_of_moments_where_the_reader_is(self):
        self.invoice()
        self.log(self.person, EVENING)
        for zone in ZONES:
            for by in ("day:month", "date:month"):
                self.assertEqual(self.months(self.at(zone), by), MONTHS.get(zone, TWO_MONTHS), f"{by}, {zone}")

    def test_a_period_takes_days_and_moments(self):
        self.invoice()
        self.log(self.person, EVENING)
        november = [("day", ">=", "2026-11-01"), ("day", "<=", "2026-11-30")]
        for zone in (*ZONES, "Pacific/Kiritimati", "Pacific/Pago_Pago"):
            touchpoints = self.at(zone)
            everything = touchpoints.search([]).filtered(lambda touch: touch.customer_id == self.customer)
            expected = everything.filtered(lambda touch: touch.day.month == 11)
            self.assertTrue(expected)
            self.assertEqual(touchpoints.search(self.mine(*november)), expected, zone)
            in_all = touchpoints.search(november)
            self.assertEqual(in_all.filtered(lambda touch: touch.customer_id == self.customer), expected, zone)

    def test_behind_a_month_are_the_touches_counted_in_it(self):
        self.invoice()
        self.log(self.person, EVENING)
        for by in ("day:month", "date:month"):
            for zone in ZONES:
                touchpoints = self.at(zone)
                for group in touchpoints.formatted_read_group(self.mine(), [by], ["__count"]):
                    behind = touchpoints.search_count(Domain(self.mine()) & Domain(group["__extra_domain"]))
                    self.assertEqual(behind, group["__count"], f"{by}, {zone}")

    # -- without a screen --------------------------------------------------------------

    def test_a_call_that_names_no_time_zone_is_of_the_users_own(self):
        self.invoice()
        self.log(self.person, EVENING)
        groups = f"{SALES_MANAGER},account.group_account_invoice"
        for number, zone in enumerate(ZONES):
            user = self.new_user(f"user{number}", groups)
            user.tz = zone
            self.env.flush_all()
            self.env.invalidate_all()
            api = self.env(user=user.id, context={})["crm.pareto.touchpoint"]
            expected = MONTHS.get(zone, TWO_MONTHS)
            days = Counter(f"{row['day']:%B %Y}" for row in api.search_read(self.mine(), ["day"]))
            self.assertEqual(days, expected, zone)
            for by in ("day:month", "date:month"):
                self.assertEqual(self.months(api, by), expected, f"{by}, {zone}")
                months = {f"{month:%B %Y}": count for month, count in api._read_group(self.mine(), [by], ["__count"])}
                self.assertEqual(months, expected, f"{by}, {zone}")

    def test_an_export_tells_days_from_moments(self):
        self.invoice()
        self.log(self.person, datetime(2026, 11, 13, 20, 0))
        for zone, moment in (("America/Los_Angeles", datetime(2026, 11, 13, 12)), ("UTC", datetime(2026, 11, 13, 20))):
            rows = self.at(zone).search(self.mine()).export_data(["date", "day", "moment"])["datas"]
            self.assertEqual(rows, [[moment, date(2026, 11, 13), moment], [DAY, DAY, ""]], zone)
