"""Whom to call today: what is worth doing, when there is time, and what people decide about it."""

from collections import defaultdict, namedtuple
from datetime import date, datetime, timedelta
from random import Random
from unittest import TestCase

from freezegun import freeze_time
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.crm_pareto.analytics.plan import fill
from odoo.addons.crm_pareto.models.common.tools.bounds import MOST_AMOUNT
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..common import PROFIT, SALES_MANAGER, SALESPERSON, LedgerCase, ParetoHttpCase, new_test_user

TODAY = date(2026, 7, 6)  # a Monday
Line = namedtuple("Line", "minutes latest fixed")
MINUTES = {"quotation": 15, "reorder": 15, "overdue": 30, "risk": 45, "lead": 30}


@tagged("standard", "post_install", "-at_install")
class TestFill(TestCase):
    days = [TODAY + timedelta(days=ahead) for ahead in range(4)]
    lines = st.lists(
        st.builds(
            Line,
            st.sampled_from([15, 30, 45]),
            st.one_of(st.none(), st.sampled_from(days)),
            st.one_of(st.none(), st.none(), st.sampled_from(days)),
        ),
        max_size=12,
    )
    free = st.lists(st.sampled_from([0, 10, 30, 60, 100]), min_size=4, max_size=4)

    @given(lines, free)
    def test_the_best_first_each_on_the_first_day_with_room(self, lines, minutes):
        free = dict(zip(self.days, minutes, strict=True))
        expected = {}
        for by_hand in (True, False):
            for index, line in enumerate(lines):
                for day in self.days:
                    used = sum(lines[other].minutes for other, on in expected.items() if on == day)
                    may = day == line.fixed if by_hand else line.latest is None or day <= line.latest
                    if index not in expected and may and used + line.minutes <= free[day]:
                        expected[index] = day
        self.assertEqual(expected, fill(lines, free))

    @given(lines, free)
    def test_never_more_than_is_free(self, lines, minutes):
        free = dict(zip(self.days, minutes, strict=True))
        for day, room in free.items():
            self.assertLessEqual(
                sum(lines[index].minutes for index, on in fill(lines, free).items() if on == day), room
            )


class PlanCase(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(f"{TODAY} 06:00:00"))
        cls.anna, cls.ben = (cls.new_member(login, SALESPERSON) for login in ("anna", "ben"))
        cls.boss = cls.new_member("berta", f"{SALES_MANAGER},{PROFIT}")
        cls.company.resource_calendar_id = cls.env["resource.calendar"].create(
            {
                "name": "Nine to One",
                "tz": "UTC",
                "company_id": cls.company.id,
                "attendance_ids": [
                    Command.create({"name": "Day", "dayofweek": str(day), "hour_from": 9, "hour_to": 13})
                    for day in range(5)
                ],
            }
        )

    @classmethod
    def new_member(cls, login, groups):
        user = super().new_member(login, groups)
        user.tz = "UTC"
        return user

    @classmethod
    def new_customer(cls, name, user=None, turnover=1000, **values):
        """A customer with an invoice, and no contact rhythm to keep."""
        partner = cls.new_partner(name, is_company=True, user_id=(user or cls.anna).id, **values)
        cls.invoice(partner, (cls.product, 1, turnover), day=date(2026, 5, 4))
        return partner

    @classmethod
    def value(cls):
        """Values as of today; no tier asks for contacts."""
        rows = cls.recompute(TODAY)
        cls.env["crm.pareto.tier"]._for_company(cls.company).touch_days = 0
        return rows

    @classmethod
    def new_quotation(cls, partner, price=100, days=3, user=None, **values):
        line = {"product_id": cls.product.id, "product_uom_qty": 1, "price_unit": price, "tax_ids": [Command.clear()]}
        return cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "user_id": (user or cls.anna).id,
                "company_id": cls.company.id,
                "validity_date": TODAY + timedelta(days=days),
                "order_line": [Command.create(line)],
                **values,
            }
        )

    @classmethod
    def new_lead(cls, partner=None, revenue=1000, probability=80, user=None, **values):
        values = {"name": "Line", "type": "opportunity", "company_id": cls.company.id, **values}
        return cls.env["crm.lead"].create(
            {
                "partner_id": partner and partner.id,
                "expected_revenue": revenue,
                "probability": probability,
                "user_id": (user or cls.anna).id,
                **values,
            }
        )

    def candidates(self, *users, reader=None):
        plan = self.env["crm.pareto.plan"].with_user(reader or self.boss).with_company(self.company)
        return plan._candidates(self.env["res.users"].union(*(users or (self.anna,))), TODAY)

    def subjects(self, *users):
        return [one.customer_id or -one.lead_id for one in self.candidates(*users)]

    def my_plan(self, user=None):
        lines = self.env["crm.pareto.plan.line"].with_user(user or self.anna).with_company(self.company)
        return lines._make(user or self.anna)


class TestWhoMayNotSeeProfit(PlanCase):
    """The order of the lines is an answer: by quotations of one's own, any profit could be asked for by halves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.big, cls.rich = cls.new_customer("Big", turnover=5000), cls.new_customer("Rich", turnover=500)
        cls.value()
        rows = cls.env["crm.pareto.customer"].search([("partner_id", "in", (cls.big + cls.rich).ids)])
        for row in rows:
            row.write({"due_from": TODAY - timedelta(days=9), "due_to": TODAY, "next_order_date": TODAY})
            row.write({"order_gap": 30, "profit": 10 if row.partner_id == cls.big else 400})

    def ranked(self, reader):
        return [one.customer_id for one in self.candidates(reader=reader)]

    def test_they_rank_by_turnover_and_others_by_profit(self):
        self.assertEqual([self.big.id, self.rich.id], self.ranked(self.anna))
        self.assertEqual([self.rich.id, self.big.id], self.ranked(self.boss))

    def test_whatever_the_profit_is_their_plan_is_the_same(self):
        before = self.candidates(reader=self.anna)
        rows = self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)])
        rows.write({"profit": -7, "lifetime_value": 123, "has_value": True})
        self.env["crm.pareto.run"]._standing(self.company, "customer").profit_total = 1
        self.new_lead(self.big)
        with_lead = self.candidates(reader=self.anna)
        rows.write({"profit": 9999, "lifetime_value": -5})
        self.env["crm.pareto.run"]._standing(self.company, "customer").profit_total = 9999
        self.assertEqual(with_lead, self.candidates(reader=self.anna))
        self.assertEqual([one.customer_id for one in before], [one.customer_id for one in with_lead])

    def test_a_quotation_counts_with_what_stands_on_it(self):
        self.new_quotation(self.rich, price=100_000)
        self.product.standard_price = 99_999
        self.assertEqual(self.rich.id, self.ranked(self.anna)[0])


class TestWhatIsWorthDoing(PlanCase):
    def test_a_quotation_that_lapses_soon_by_its_margin_and_chance(self):
        partner = self.new_customer("Corvex")
        lead = self.new_lead(partner, probability=30)
        order = self.new_quotation(partner, opportunity_id=lead.id)
        self.new_quotation(partner, days=8)
        [line] = self.candidates()
        self.assertEqual(
            (line.customer_id, line.orders, line.latest), (partner.id, order.ids, TODAY + timedelta(days=3))
        )
        self.assertEqual((line.stake, line.minutes), (18, 15))  # 60 of margin, 30 %

    def test_a_quotation_of_what_nobody_knows_the_cost_of_is_worth_the_company_margin(self):
        partner = self.new_customer("Corvex", turnover=100)  # cost 40
        self.value()
        self.product.with_company(self.company).standard_price = 0
        self.new_quotation(partner, price=1000)
        [line] = [line for line in self.candidates() if "quotation" in line.kinds]
        self.assertEqual(line.stake, 300)  # 60 % of it at a chance of a half

    def test_a_customer_without_a_name_is_on_it_too(self):
        nameless = self.new_customer("Corvex")
        nameless.name = " "
        self.new_quotation(nameless)
        [line] = self.env["crm.pareto.plan.line"].with_user(self.anna).with_company(self.company)._make(self.anna)
        self.assertEqual(("Without a name", nameless), (line.name, line.partner_id))

    def test_without_an_opportunity_half(self):
        self.new_quotation(self.new_customer("Corvex"))
        self.assertEqual(self.candidates()[0].stake, 30)

    def test_leads_that_nobody_will_ever_pay_hide_no_plan(self):
        customer = self.new_customer("Corvex")
        for _lead in range(2):
            self.new_lead(customer, revenue=1.7e306, probability=99)  # Odoo itself rounds no more
        [line] = self.candidates()
        self.assertEqual(line.stake, 2 * MOST_AMOUNT)

    def test_quotations_that_nobody_will_ever_pay_hide_no_plan(self):
        customer = self.new_customer("Corvex")
        for _order in range(2):
            self.new_quotation(customer, price=1e306)
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order SET margin = 1.7e308 WHERE partner_id = %s", [customer.id])
        [line] = self.candidates()
        self.assertEqual(line.stake, 2 * MOST_AMOUNT)

    def test_a_likely_lead_by_the_company_margin(self):
        self.new_customer("Corvex", turnover=100)  # cost 40
        self.value()
        lead = self.new_lead(partner_name="Nobody yet", revenue=500, probability=90)
        self.new_lead(partner_name="Cold", probability=49)
        [line] = self.candidates()
        self.assertEqual((line.lead_id, line.leads, line.stake), (lead.id, lead.ids, 270))

    def test_an_order_that_is_due_by_the_usual_profit(self):
        partner = self.new_customer("Corvex", turnover=100)
        for day in (date(2026, 4, 4), date(2026, 3, 4)):
            self.invoice(partner, (self.product, 1, 100), day=day)
        self.value()
        [line] = self.candidates()
        self.assertEqual((line.kinds, line.stake), (["reorder"], 60))
        self.new_quotation(partner, days=60)
        self.assertFalse(self.candidates())

    def test_a_contact_that_is_overdue(self):
        partner = self.new_customer("Corvex", turnover=100)
        row = self.value()[partner]
        row.tier_id.touch_days = 30
        [line] = self.candidates()
        self.assertEqual((line.kinds, line.stake), (["overdue"], 6))
        self.env["crm.pareto.touch"].create({"name": "Talk", "partner_id": partner.id, "date": datetime(2026, 6, 20)})
        self.assertFalse(self.candidates())

    def test_what_might_be_lost_of_the_lifetime(self):
        partner = self.new_customer("Corvex")
        self.value()[partner].write({"lifetime_value": 2000, "alive": 0.75})
        [line] = self.candidates()
        self.assertEqual((line.kinds, line.stake), (["risk"], 500))

    def test_who_is_still_active_is_no_risk_and_takes_no_time(self):
        partner = self.new_customer("Corvex")
        self.value()[partner].write({"lifetime_value": 2000, "alive": 0.95})
        self.assertFalse(self.candidates())
        self.new_quotation(partner)
        self.assertEqual(self.candidates()[0].minutes, 15)

    def test_what_is_about_the_same_orders_counts_once(self):
        partner = self.new_customer("Corvex", turnover=100)
        row = self.value()[partner]
        row.write({"lifetime_value": 2000, "alive": 0.75})
        row.tier_id.touch_days = 30
        self.new_quotation(partner)
        [line] = self.candidates()
        self.assertEqual((line.stake, line.minutes), (530, 45))

    def test_most_an_hour_first(self):
        slow, quick = self.new_customer("Slow"), self.new_customer("Quick")
        self.value()[slow].write({"lifetime_value": 200, "alive": 0.5})
        self.new_quotation(quick, price=140)  # 50 in a quarter of an hour, against 100 in three
        self.assertEqual(self.subjects(), [quick.id, slow.id])


class TestWhoIsLeftOut(PlanCase):
    def setUp(self):
        super().setUp()
        self.partner = self.new_customer("Corvex", email="info@corvex.example", phone="+49 30 23125 010")
        self.new_quotation(self.partner)
        self.assertEqual(self.subjects(), [self.partner.id])

    def test_the_archived(self):
        self.partner.active = False
        self.assertFalse(self.subjects())

    def test_who_is_on_a_blacklist(self):
        self.env["mail.blacklist"]._add("info@corvex.example")
        self.assertFalse(self.subjects())

    def test_whose_number_is_on_a_blacklist(self):
        self.env["phone.blacklist"].add(self.partner.phone_sanitized)
        self.assertFalse(self.subjects())

    def test_a_lead_on_a_blacklist(self):
        self.new_lead(partner_name="New", email_from="new@example.com")
        self.assertEqual(len(self.subjects()), 2)
        self.env["mail.blacklist"]._add("new@example.com")
        self.assertEqual(len(self.subjects()), 1)

    def test_with_whom_something_is_planned(self):
        person = self.new_partner("Cora", parent_id=self.partner.id)
        activity = person.activity_schedule("mail.mail_activity_data_call", user_id=self.anna.id)
        self.assertFalse(self.subjects())
        activity.action_feedback()
        self.assertTrue(self.subjects())

    def test_with_whose_quotation_something_is_planned(self):
        self.env["sale.order"].search([("partner_id", "=", self.partner.id)]).activity_schedule(
            "mail.mail_activity_data_call", user_id=self.anna.id
        )
        self.assertFalse(self.subjects())

    def test_with_whom_there_is_a_meeting_to_come(self):
        values = {"name": "Visit", "start": datetime(2026, 7, 9, 9), "stop": datetime(2026, 7, 9, 10)}
        people = [Command.set((self.partner + self.anna.partner_id).ids)]
        self.env["calendar.event"].with_user(self.anna).create({**values, "partner_ids": people})
        self.assertFalse(self.subjects())

    def test_the_customers_of_others(self):
        self.assertFalse(self.subjects(self.ben))

    def test_who_moved_to_another_company(self):
        """Their leads and quotations stay here, and nobody here may call whom they cannot see."""
        elsewhere = self.new_company("Elsewhere", "USD")
        leading, ordering = (self.new_partner(name, is_company=True, user_id=self.anna.id) for name in ("Led", "Sold"))
        self.new_lead(leading)
        self.new_quotation(ordering)
        self.assertEqual(len(self.my_plan()), 3)
        (leading + ordering).company_id = elsewhere
        self.env.invalidate_all()
        self.assertEqual(self.my_plan().partner_id, self.partner)
        team = self.env["crm.pareto.plan.line"].with_user(self.boss).with_company(self.company)
        self.assertEqual(team._make(self.anna + self.ben).partner_id, self.partner)

    def test_another_company(self):
        company = self.new_company("Alder Inc", "USD")
        self.anna.company_ids += company
        plan = self.env["crm.pareto.plan"].with_user(self.anna).with_company(company)
        self.assertFalse(plan._candidates(self.anna, TODAY))


class TestAgainstAnOracle(PlanCase):
    def parts_of(self, user, rows, orders, leads, ratio):
        """{(customer, lead without one): [(kind, stake)]} of a person, in plain Python."""
        parts = defaultdict(list)
        for partner, row in rows.items():
            if partner.user_id == user and row.lifetime_value and row.alive < 0.9:
                parts[partner, None].append(("risk", row.lifetime_value * (1 - row.alive)))
        for order in orders:
            if order.user_id == user and TODAY <= order.validity_date <= TODAY + timedelta(days=7):
                parts[order.partner_id, None].append(("quotation", order.margin / 2))
        for lead in leads:
            if lead.user_id == user and lead.probability >= 50:
                subject = (lead.partner_id, None) if lead.partner_id else (None, lead)
                parts[subject].append(("lead", lead.expected_revenue * lead.probability / 100 * ratio))
        return parts

    def test_a_random_set(self):
        random = Random(11)
        customers = [
            self.new_customer(f"Customer {n}", random.choice([self.anna, self.ben]), random.choice([100, 400, 900]))
            for n in range(14)
        ]
        rows = self.value()
        for partner in customers:
            if random.random() < 0.6:
                rows[partner].write({"lifetime_value": random.randrange(1000), "alive": random.randrange(11) / 10})
        orders = [
            self.new_quotation(
                random.choice(customers),
                random.randrange(50, 500),
                random.randrange(-2, 12),
                random.choice([self.anna, self.ben]),
            )
            for _order in range(12)
        ]
        leads = [
            self.new_lead(
                random.choice([None, *customers]),
                random.randrange(2000),
                random.choice([20, 50, 90]),
                random.choice([self.anna, self.ben]),
            )
            for _lead in range(12)
        ]
        planned = random.sample(customers, 3)
        for partner in planned:
            partner.activity_schedule("mail.mail_activity_data_call", user_id=partner.user_id.id)
        customers[0].active = False
        total = sum(row.turnover for row in rows.values())
        ratio = sum(row.profit for row in rows.values()) / total
        expected = {}
        for user in (self.anna, self.ben):
            parts = self.parts_of(user, rows, orders, leads, ratio)
            for (partner, lead), of_subject in parts.items():
                stake = round(sum(stake for _kind, stake in of_subject), 2)
                done = partner and (not partner.active or (partner in planned and partner.user_id == user))
                if stake > 0 and not done:
                    key = (user.id, partner.id if partner else 0, lead.id if lead else 0)
                    expected[key] = (stake, max(MINUTES[kind] for kind, _stake in of_subject))
        found = {
            (one.user_id, one.customer_id, one.lead_id): (float(one.stake), one.minutes)
            for one in self.candidates(self.anna, self.ben)
        }
        self.assertGreater(len(found), 8)
        self.assertEqual(found.keys(), expected.keys())
        for key, (stake, minutes) in expected.items():
            self.assertAlmostEqual(found[key][0], stake, 1)
            self.assertEqual(found[key][1], minutes)

    def test_one_statement_whoever_many(self):
        self.new_quotation(self.new_customer("Corvex"))
        counts = []
        for users in ((self.anna,), (self.anna,), (self.anna, self.ben)):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.candidates(*users)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])  # the first filled Odoo's caches


class TestFreeHours(PlanCase):
    def free(self, user=None):
        user = user or self.anna
        days = [TODAY + timedelta(days=ahead) for ahead in range(7)]
        plan = self.env["crm.pareto.plan"].with_company(self.company)
        return list(plan._free_minutes(user, days)[user.id].values())

    def meet(self, start, stop, **values):
        people = [Command.set(self.anna.partner_id.ids)]
        values = {"name": "Meeting", "partner_ids": people, **values}
        return self.env["calendar.event"].with_user(self.anna).create({**values, "start": start, "stop": stop})

    def test_working_hours_of_the_week(self):
        self.assertEqual(self.free(), [240, 240, 240, 240, 240, 0, 0])

    def test_of_today_what_is_left(self):
        with freeze_time(f"{TODAY} 12:00:00"):
            self.assertEqual(self.free()[0], 60)

    def test_a_leave_of_no_day_and_a_zone_that_is_none_leave_the_team_its_plan(self):
        """Everybody enters leaves; and time zones go, while people keep them."""
        self.new_quotation(self.new_customer("Corvex"))
        resource = self.env["resource.resource"].create(
            {"name": "Anna", "user_id": self.anna.id, "company_id": self.company.id}
        )
        leave = {"name": "Long", "resource_id": resource.id, "date_from": "0001-01-01", "date_to": "2030-01-01"}
        self.env["resource.calendar.leaves"].create({**leave, "calendar_id": resource.calendar_id.id})
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET tz = 'US/Pacific-New' WHERE id = %s", [self.ben.partner_id.id])
        self.env.invalidate_all()
        free = self.env["crm.pareto.plan"].with_company(self.company)._free_minutes(self.anna + self.ben, [TODAY])
        self.assertEqual({self.anna.id, self.ben.id}, set(free))

    def test_meetings_take_their_time_those_declined_none(self):
        self.meet(datetime(2026, 7, 7, 8), datetime(2026, 7, 7, 10))
        self.meet(datetime(2026, 7, 8, 9), datetime(2026, 7, 8, 11)).attendee_ids.do_decline()
        self.meet(datetime(2026, 7, 9, 9), datetime(2026, 7, 9, 11), show_as="free")
        self.assertEqual(self.free()[1:4], [180, 240, 240])

    def test_of_what_others_organize_what_was_accepted_takes_its_time(self):
        """Whoever works here invites whom he or she likes, for as long as that is."""
        person = self.anna.partner_id
        start, stop = datetime(2026, 7, 7, 8), datetime(2036, 7, 7)
        values = {"name": "Party", "partner_ids": [Command.set(person.ids)], "start": start, "stop": stop}
        invitation = self.env["calendar.event"].with_user(self.ben).create({**values, "user_id": self.ben.id})
        answer = invitation.attendee_ids.filtered(lambda attendee: attendee.partner_id == person)
        self.assertEqual("needsAction", answer.state)
        self.assertEqual(self.free()[:3], [240, 240, 240])
        for accept in (answer.do_tentative, answer.do_accept):
            accept()
            self.assertEqual(self.free()[:3], [240, 0, 0])

    def test_what_one_organizes_takes_its_time_whoever_wrote_it_down(self):
        values = {"name": "Visit", "user_id": self.anna.id, "partner_ids": [Command.set(self.anna.partner_id.ids)]}
        start, stop = datetime(2026, 7, 7, 9), datetime(2026, 7, 7, 11)
        self.env["calendar.event"].with_user(self.boss).create({**values, "start": start, "stop": stop})
        self.assertEqual(self.free()[:2], [240, 120])

    def test_a_whole_day(self):
        self.meet(datetime(2026, 7, 7), datetime(2026, 7, 8), allday=True)
        self.assertEqual(self.free()[:4], [240, 0, 0, 240])

    def test_a_whole_day_without_end_takes_all_there_is(self):
        self.anna.tz = "America/New_York"
        self.meet(datetime(2026, 7, 8), datetime(9999, 12, 31), allday=True)
        self.assertEqual(self.free()[:5], [240, 240, 0, 0, 0])

    def test_a_whole_day_without_beginning_takes_all_there_is(self):
        self.anna.tz = "Asia/Tokyo"
        self.meet(datetime(1, 1, 1), datetime(2026, 7, 8), allday=True)
        self.assertEqual(self.free()[:5], [0, 0, 0, 240, 240])

    def test_a_meeting_without_end_takes_all_there_is(self):
        self.meet(datetime(2026, 7, 8, 11), datetime(9999, 12, 31, 23))
        self.assertEqual(self.free()[:5], [240, 240, 120, 0, 0])

    def test_leave_of_the_company(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.company.resource_calendar_id.id,
                "date_from": datetime(2026, 7, 7),
                "date_to": datetime(2026, 7, 7, 23),
                "company_id": self.company.id,
            }
        )
        self.assertEqual(self.free()[:3], [240, 0, 240])

    def test_what_is_accepted_takes_its_time_until_it_is_done(self):
        self.new_quotation(self.new_customer("Corvex"))
        self.my_plan().action_accept()
        self.assertEqual(self.free()[0], 225)
        self.env["mail.activity"].search([("user_id", "=", self.anna.id)]).action_feedback()
        self.assertEqual(self.free()[0], 240)

    def test_the_plan_never_exceeds_them(self):
        for number in range(40):
            self.new_lead(partner_name=f"Lead {number}", name=f"Lead {number}")
        self.meet(datetime(2026, 7, 6, 9), datetime(2026, 7, 6, 12))
        lines = self.my_plan()
        for day, free in enumerate(self.free()):
            of_day = lines.filtered(lambda line, day=day: line.day == str(day))
            self.assertLessEqual(sum(of_day.mapped("minutes")), free)
        self.assertEqual(len(lines), 2 + 4 * 8)


class TestDecisions(PlanCase):
    def setUp(self):
        super().setUp()
        self.partner = self.new_customer("Corvex")
        self.order = self.new_quotation(self.partner)
        [self.line] = self.my_plan()

    def test_the_line_says_why(self):
        self.assertEqual(self.line.name, "Corvex")
        self.assertIn(f"quotation {self.order.name} of", self.line.why)
        self.assertEqual((self.line.day, self.line.date), ("0", TODAY))

    def test_accepting_plans_a_call(self):
        self.line.action_accept()
        activity = self.partner.activity_ids
        self.assertEqual((activity.user_id, activity.date_deadline), (self.anna, TODAY))
        self.assertEqual(activity.summary, "Call from My Plan")
        self.assertFalse(self.my_plan())

    def test_why_a_call_is_planned_is_told_to_who_may_know(self):
        """The customer's activities are read by everybody, and the chatter once they are done."""
        why = self.line.why
        self.line.action_accept()
        activity = self.partner.activity_ids
        self.assertEqual(activity.with_user(self.anna).pareto_why, why)
        colleague = self.new_user("colin", SALESPERSON)
        colleague.write({"company_ids": [Command.set(self.company.ids)], "company_id": self.company.id})
        self.assertFalse(activity.with_user(colleague).pareto_why)
        with self.assertRaises(AccessError):
            activity.with_user(self.new_user("ian", "base.group_user")).read(["pareto_why"])
        activity.with_user(self.anna).action_feedback()
        told = [activity.summary, activity.note, *self.partner.message_ids.mapped("body")]
        self.assertNotIn(self.order.name, " ".join(map(str, told)))

    def test_once_it_is_done_there_is_a_week_of_rest(self):
        self.order.validity_date = TODAY + timedelta(days=12)
        self.line.action_accept()
        self.partner.activity_ids.action_feedback()
        for days, lines in ((6, 0), (7, 1)):
            with freeze_time(f"{TODAY + timedelta(days=days)} 06:00:00"):
                self.assertEqual(len(self.my_plan()), lines)

    def test_a_meeting_made_from_the_line_accepts_it(self):
        context = self.line.action_meet()["context"]
        values = {"start": datetime(2026, 7, 6, 9), "stop": datetime(2026, 7, 6, 10)}
        meeting = self.env["calendar.event"].with_user(self.anna).with_context(**context).create(values)
        self.assertEqual(meeting.partner_ids, self.anna.partner_id + self.partner)
        self.assertNotIn(self.order.name, meeting.description, "who is invited reads it")
        self.assertFalse(self.line.exists())
        decision = self.env["crm.pareto.plan.decision"].search([("event_id", "=", meeting.id)])
        self.assertEqual((decision.state, decision.partner_id), ("accepted", self.partner))
        self.assertFalse(self.my_plan())

    def test_postponed_for_a_week(self):
        self.order.validity_date = TODAY + timedelta(days=9)
        self.line.action_postpone()
        self.assertFalse(self.my_plan())
        with freeze_time(f"{TODAY + timedelta(days=7)} 06:00:00"):
            self.assertTrue(self.my_plan())

    def test_skipped_with_a_reason_for_a_time(self):
        with self.assertRaisesRegex(UserError, "Say why"):
            self.line.action_confirm_skip()
        self.line.write({"skip_reason": "On hold", "skip_for": "month"})
        self.line.action_confirm_skip()
        decision = self.env["crm.pareto.plan.decision"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual((decision.reason, decision.until), ("On hold", TODAY + timedelta(days=29)))
        self.assertFalse(self.my_plan())
        self.assertFalse(self.candidates())

    def test_put_on_another_day_it_stays_there(self):
        self.line.day = "2"
        line = self.my_plan()
        self.assertEqual(line.day, "2")
        line.day = "1"
        with freeze_time(f"{TODAY + timedelta(days=2)} 06:00:00"):
            self.assertEqual(self.my_plan().day, "0")

    def test_put_on_a_day_without_time_it_goes_where_there_is_some(self):
        self.line.day = "6"
        self.assertEqual(self.my_plan().day, "0")

    def test_what_came_of_it(self):
        self.line.action_accept()
        self.partner.activity_ids.action_feedback()
        self.order.action_confirm()
        self.env.flush_all()
        [row] = self.env["crm.pareto.plan.report"].with_user(self.boss).search([("partner_id", "=", self.partner.id)])
        self.assertEqual((row.accepted, row.done, row.ordered), (1, 1, 100))
        self.assertEqual(self.env["sale.order"].search(row.action_open_orders()["domain"]), self.order)

    def test_who_decided_is_archived_not_deleted(self):
        """The figures of the past would go along."""
        self.line.action_accept()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.anna.unlink()

    def test_a_lead_that_is_merged_takes_its_decisions_along(self):
        kept, merged = self.new_lead(), self.new_lead(probability=10)
        values = {"lead_id": merged.id, "why": "Closing", "minutes": 15, "state": "skipped", "date": TODAY}
        decision = self.env["crm.pareto.plan.decision"].create({**values, "user_id": self.anna.id})
        (kept | merged).merge_opportunity()
        self.env.invalidate_all()
        self.assertEqual((kept | merged).exists(), decision.exists().lead_id)

    def test_an_order_that_nobody_will_ever_pay_came_of_it(self):
        self.line.action_accept()
        self.order.action_confirm()
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order SET amount_untaxed = 1.7e308 WHERE id = %s", [self.order.id])
        [row] = self.env["crm.pareto.plan.report"].with_user(self.boss).search([("partner_id", "=", self.partner.id)])
        self.assertEqual(row.ordered, MOST_AMOUNT)

    def accept_a_lead_with(self, customer):
        """Anna accepts what her lead with a customer brought on her plan; Ben sells to the customer then."""
        self.new_lead(customer)
        self.my_plan().filtered(lambda line: line.partner_id == customer).action_accept()
        self.new_quotation(customer, price=1234, user=self.ben).action_confirm()
        self.env.flush_all()

    def ordered_by(self, customer, user):
        self.env.invalidate_all()
        rows = self.env["crm.pareto.plan.report"].with_user(user).with_company(self.company)
        [(ordered,)] = rows._read_group([("partner_id", "=", customer.id)], aggregates=["ordered:sum"])
        self.assertEqual(ordered, rows.search([("partner_id", "=", customer.id)]).ordered)
        return ordered

    def test_what_a_colleagues_customer_ordered_is_for_those_who_may_see_it(self):
        theirs = self.new_customer("Theirs", user=self.ben)
        self.value()
        self.accept_a_lead_with(theirs)
        self.assertEqual((self.ordered_by(theirs, self.anna), self.ordered_by(theirs, self.boss)), (0, 1234))

    def test_what_ones_own_customer_ordered_from_a_colleague_counts(self):
        self.value()
        self.line.unlink()
        self.order.action_cancel()
        self.accept_a_lead_with(self.partner)
        self.assertEqual(self.ordered_by(self.partner, self.anna), 1234)

    def test_who_sees_the_figures_of_a_customer_and_no_order_sees_what_it_ordered(self):
        theirs = self.new_customer("Theirs", user=self.ben)
        self.value()
        self.accept_a_lead_with(theirs)
        controller = self.new_member("connie", "crm_pareto.group_manager")
        self.assertEqual(self.ordered_by(theirs, controller), 1234)

    def test_what_was_ordered_is_not_told_from_what_somebody_else_read(self):
        theirs = self.new_customer("Theirs", user=self.ben)
        self.value()
        self.accept_a_lead_with(theirs)
        row = self.env["crm.pareto.plan.report"].search([("partner_id", "=", theirs.id)])
        self.assertEqual((row.ordered, row.with_user(self.anna).ordered), (1234, 0))


class TestRights(PlanCase):
    @mute_logger("odoo.addons.base.models.ir_access")
    def test_the_plans_of_others_are_for_managers(self):
        self.new_quotation(self.new_customer("Corvex"))
        lines = self.env["crm.pareto.plan.line"].with_company(self.company)
        with self.assertRaises(AccessError):
            lines.with_user(self.ben)._make(self.anna)
        self.assertEqual(lines.with_user(self.boss)._make(self.anna + self.ben).user_id, self.anna)

    @mute_logger("odoo.addons.base.models.ir_access")
    def test_what_is_at_stake_is_for_those_who_see_profit(self):
        self.new_quotation(self.new_customer("Corvex"))
        [line] = self.my_plan()
        with self.assertRaises(AccessError):
            line.stake  # noqa: B018

    @mute_logger("odoo.addons.base.models.ir_access")
    def test_an_opened_plan_is_for_who_opened_it(self):
        self.new_quotation(self.new_customer("Corvex"))
        [line] = self.my_plan()
        self.assertFalse(self.env["crm.pareto.plan.line"].with_user(self.ben).search([("id", "=", line.id)]))
        with self.assertRaises(AccessError):
            line.with_user(self.ben).action_accept()

    @mute_logger("odoo.addons.base.models.ir_access")
    def test_what_was_decided_is_not_told_otherwise(self):
        self.new_quotation(self.new_customer("Corvex"))
        self.my_plan().action_postpone()
        decision = self.env["crm.pareto.plan.decision"].search([("user_id", "=", self.anna.id)])
        with self.assertRaises(AccessError):
            decision.with_user(self.anna).until = TODAY

    def test_who_does_not_sell_has_no_documents_on_the_plan(self):
        user = self.new_member("dora", "crm_pareto.group_user")
        self.new_quotation(self.new_customer("Corvex", user=user), user=user)
        self.assertFalse(self.my_plan(user))

    def test_every_reason_is_said_to_who_sees_no_profit(self):
        partner = self.new_customer("Corvex", turnover=100)
        for day in (date(2026, 4, 4), date(2026, 3, 4)):
            self.invoice(partner, (self.product, 1, 100), day=day)
        row = self.value()[partner]
        row.write({"lifetime_value": 2000, "alive": 0.75})
        row.tier_id.touch_days = 30
        [line] = self.my_plan()
        for words in ("buys every 30 days", "nobody talked with them for 30 days", "75 % still active"):
            self.assertIn(words, line.why)

    def test_decisions_are_ones_own(self):
        self.new_quotation(self.new_customer("Corvex"))
        self.my_plan().action_postpone()
        for user, count in ((self.anna, 1), (self.ben, 0), (self.boss, 1)):
            found = self.env["crm.pareto.plan.decision"].with_user(user).search_count([("user_id", "=", self.anna.id)])
            self.assertEqual(found, count)

    def meet(self, user, context, *guests):
        """A meeting of a user, made with a client's context."""
        values = {"name": "Visit", "start": datetime(2026, 7, 6, 9), "stop": datetime(2026, 7, 6, 10)}
        people = self.env["res.partner"].union(user.partner_id, *guests)
        meetings = self.env["calendar.event"].with_user(user).with_context(**context)
        return meetings.create({**values, "partner_ids": [Command.set(people.ids)]})

    @mute_logger("odoo.addons.base.models.ir_access")
    def test_nobody_makes_a_line_by_hand(self):
        self.new_quotation(self.new_customer("Corvex"))
        [line] = self.my_plan()
        values = line.sudo().copy_data()[0]
        for user in (self.anna, self.boss):
            with self.assertRaises(AccessError):
                self.env["crm.pareto.plan.line"].with_user(user).create({**values, "first_day": date(2025, 1, 1)})

    def test_a_person_writes_the_day_and_why_it_is_skipped_and_nothing_else(self):
        self.new_quotation(self.new_customer("Corvex"))
        [line] = self.my_plan()
        line.write({"day": "1", "skip_reason": "On hold", "skip_for": "week"})
        forged = {"first_day": date(2025, 1, 1), "user_id": self.ben.id, "minutes": -100000, "why": "Forged"}
        for name, value in forged.items():
            with self.subTest(field=name), self.assertRaisesRegex(AccessError, "Only the day"):
                line.write({"day": "2", name: value})

    def test_a_customer_who_moved_since_is_said(self):
        elsewhere, partner = self.new_company("Elsewhere", "USD"), self.new_customer("Corvex")
        self.new_quotation(partner)
        [line] = self.my_plan()
        partner.company_id = elsewhere
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "Corvex is not yours to see any more"):
            line.action_accept()

    def test_a_day_is_one_of_the_plan(self):
        """Its report tells managers what was done, and when."""
        self.new_quotation(self.new_customer("Corvex"))
        [line] = self.my_plan()
        for day in ("-400", "730000", "abc", "99999999999", 1, False):
            with self.subTest(day=day), self.assertRaisesRegex(UserError, "The day cannot be"):
                line.write({"day": day})

    def test_what_a_client_sends_along_goes_into_no_line_and_no_decision(self):
        self.new_quotation(self.new_customer("Corvex"))
        sent = {"default_until": "2099-01-01", "default_reason": "Forged", "default_skip_reason": "Forged"}
        lines = self.env["crm.pareto.plan.line"].with_user(self.anna).with_company(self.company).with_context(**sent)
        [line] = lines._make(self.anna)
        self.assertFalse(line.skip_reason)
        line.action_accept()
        decision = self.env["crm.pareto.plan.decision"].search([("user_id", "=", self.anna.id)])
        self.assertEqual((decision.until, decision.reason), (False, False))

    def test_a_meeting_accepts_ones_own_line_only(self):
        partner = self.new_customer("Corvex")
        self.new_quotation(partner)
        [line] = self.my_plan()
        for su in (False, True):
            meetings = self.env(user=self.boss, su=su)["calendar.event"]
            context = {"pareto_plan_line": line.id, "allowed_company_ids": self.company.ids}
            values = {"name": "Visit", "start": datetime(2026, 7, 6, 9), "stop": datetime(2026, 7, 6, 10)}
            meetings.with_context(**context).create({**values, "partner_ids": [Command.set(partner.ids)]})
            self.assertTrue(line.exists())

    def test_a_meeting_with_somebody_else_accepts_no_line(self):
        self.new_quotation(self.new_customer("Corvex"))
        [line] = self.my_plan()
        context = line.action_meet()["context"]
        here = {"pareto_plan_line": line.id, "allowed_company_ids": self.company.ids}
        self.meet(self.anna, here, self.new_partner("Dapper"))
        self.assertTrue(line.exists())
        self.meet(self.anna, context, self.new_partner("Cora", parent_id=line.partner_id.id))
        self.assertFalse(line.exists())

    def test_a_meeting_is_made_whatever_stands_in_place_of_a_line(self):
        for sent in ("1", [1], True, -1, 2**63, {"id": 1}, None):
            with self.subTest(sent=sent):
                self.assertTrue(self.meet(self.anna, {"pareto_plan_line": sent}))

    def test_who_has_no_plan_makes_a_meeting_too(self):
        user = self.new_member("dora", "base.group_user")
        self.assertTrue(self.meet(user, {"pareto_plan_line": 1}))

    def test_a_lead_that_a_colleague_got_meanwhile_does_not_hide_the_plan(self):
        lead = self.new_lead(partner_name="Nobody yet", phone="+49 30 23125 010")
        self.new_quotation(self.new_customer("Corvex"))
        lines = self.my_plan()
        lead.user_id = self.ben
        self.env.invalidate_all()
        self.assertEqual(lines.mapped("phone"), [False, False])

    def test_the_team_of_a_manager(self):
        self.new_quotation(self.new_customer("Corvex"))
        lines = self.env["crm.pareto.plan.line"].with_user(self.boss).with_company(self.company)
        action = lines._open_team()
        self.assertEqual(lines.search(action["domain"]).user_id, self.anna)


class TestPlanScreen(ParetoHttpCase):
    def test_a_salesperson_plans_the_day(self):
        env = self.env
        user = new_test_user(env, login="anna", name="Anna", groups=SALESPERSON)
        for name in ("Corvex", "Dapper", "Elsewhere"):
            env["crm.lead"].create(
                {
                    "name": f"Line for {name}",
                    "partner_name": name,
                    "probability": 80,
                    "expected_revenue": 900,
                    "user_id": user.id,
                }
            )
        self.start_tour("/odoo/my-plan", "crm_pareto_plan", login="anna")
        states = env["crm.pareto.plan.decision"].search([("user_id", "=", user.id)]).mapped("state")
        self.assertEqual(sorted(states), ["accepted", "put", "skipped"])
