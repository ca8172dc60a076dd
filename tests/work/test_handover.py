"""Handing over a person's customers: what moves, what stays, and the way back."""

from datetime import date, datetime, timedelta
from unittest.mock import patch

import pytest
from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Date, Datetime
from odoo.models import BaseModel
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..common import SALES_MANAGER, SALESPERSON, LedgerCase, ParetoHttpCase, new_test_user

# What must come back, of every record there is.
WATCHED = {
    "res.partner": ("user_id", "message_partner_ids"),
    "crm.lead": ("user_id", "team_id", "company_id", "stage_id", "date_open", "message_partner_ids", "activity_ids"),
    "sale.order": ("user_id", "team_id", "message_partner_ids", "amount_total", "state"),
    "account.move": ("invoice_user_id", "team_id", "state"),
    "mail.activity": ("user_id", "date_deadline"),
    "calendar.event": ("user_id", "partner_ids"),
    "calendar.attendee": ("partner_id", "state"),
}
PAST = {
    "sale.report": (["user_id", "team_id", "state"], ["price_subtotal:sum", "__count"], [("state", "=", "sale")]),
    "account.invoice.report": (["invoice_user_id", "team_id"], ["price_subtotal:sum", "__count"], []),
    "crm.pareto.revenue.report": (["user_id", "team_id"], ["revenue:sum", "margin:sum", "__count"], []),
}


class HandoverCase(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "mail_create_nosubscribe": False})
        cls.lena, cls.max, cls.eva = (cls.new_member(name, SALESPERSON) for name in ("lena", "max", "eva"))
        cls.boss = cls.new_member("berta", SALES_MANAGER)
        for user in (cls.lena, cls.max, cls.eva):
            cls.env["crm.team"].create(
                {
                    "name": f"Team {user.name}",
                    "company_id": cls.company.id,
                    "member_ids": [Command.link(user.id)],
                    "use_opportunities": True,
                }
            )
        germany, austria = cls.env.ref("base.de"), cls.env.ref("base.at")
        cls.big = cls.new_partner("Corvex", is_company=True, user_id=cls.lena.id, country_id=germany.id)
        cls.small = cls.new_partner("Dapper", is_company=True, user_id=cls.lena.id, country_id=austria.id)
        cls.other = cls.new_partner("Elsewhere", is_company=True, user_id=cls.eva.id)
        cls.person = cls.new_partner("Cora", parent_id=cls.big.id, user_id=cls.lena.id, email="cora@corvex.example")
        cls.austria = austria

    @classmethod
    def new_lead(cls, partner, **values):
        values = {"name": "Line", "type": "opportunity", "user_id": cls.lena.id, "company_id": cls.company.id, **values}
        return cls.env["crm.lead"].create({"partner_id": partner.id, **values})

    @classmethod
    def new_order(cls, partner, price=100):
        line = {"product_id": cls.product.id, "product_uom_qty": 1, "price_unit": price, "tax_ids": [Command.clear()]}
        values = {"partner_id": partner.id, "user_id": cls.lena.id, "company_id": cls.company.id}
        return cls.env["sale.order"].create({**values, "order_line": [Command.create(line)]})

    @classmethod
    def new_meeting(cls, partner, **values):
        start = Datetime.now() + timedelta(days=90)
        values = {"name": "Visit", "start": start, "stop": start + timedelta(hours=1), **values}
        people = [Command.set((cls.lena.partner_id + partner).ids)]
        return cls.env["calendar.event"].with_user(cls.lena).create({"partner_ids": people, **values})

    def handover(self, *shares, user=None, **values):
        """A draft; each share is a user, or a dict."""
        shares = [share if isinstance(share, dict) else {"user_id": share.id} for share in shares or (self.max,)]
        values = {"from_user_id": self.lena.id, "company_id": self.company.id, "share_ids": shares, **values}
        values["share_ids"] = [Command.create({"sequence": n, **share}) for n, share in enumerate(shares)]
        return self.env["crm.pareto.handover"].with_user(user or self.boss).create(values)

    def world(self):
        """Every watched value there is."""
        self.env.flush_all()
        self.env.invalidate_all()
        return {
            (model, record.id, name): value.sorted("id") if isinstance(value := record[name], BaseModel) else value
            for model, names in WATCHED.items()
            for record in self.env[model].sudo().with_context(active_test=False).search([("id", "!=", 0)])
            for name in names
        }

    def past(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return {
            model: self.env[model].sudo()._read_group([("company_id", "=", self.company.id), *final], groups, sums)
            for model, (groups, sums, final) in PAST.items()
        }


class TestWhatMoves(HandoverCase):
    def test_customers_with_their_people(self):
        self.handover().action_hand_over()
        self.assertEqual((self.big + self.small + self.person).user_id, self.max)
        self.assertEqual(self.other.user_id, self.eva)

    def test_open_leads_not_won_or_lost_ones(self):
        won, lost, opened = (self.new_lead(self.big) for _lead in range(3))
        won.action_set_won()
        lost.action_set_lost()
        self.handover().action_hand_over()
        self.assertEqual([lead.user_id for lead in (won, lost, opened)], [self.lena, self.lena, self.max])
        self.assertEqual(opened.team_id.name, "Team max")

    def test_quotations_not_confirmed_orders(self):
        draft, sent, confirmed = (self.new_order(self.big) for _order in range(3))
        sent.action_quotation_sent()
        confirmed.action_confirm()
        self.handover().action_hand_over()
        self.assertEqual([order.user_id for order in (draft, sent, confirmed)], [self.max, self.max, self.lena])
        self.assertEqual(confirmed.team_id.name, "Team lena")

    def test_nobody_follows_by_it_what_he_or_she_may_not_see(self):
        """Who has an activity on a document follows it, as Odoo has it, and would get its messages by mail."""
        order = self.env["sale.order"].create({"partner_id": self.other.id, "user_id": self.eva.id})
        seen = self.new_order(self.big)
        for document in (order, seen):
            document.activity_schedule("mail.mail_activity_data_todo", user_id=self.lena.id)
        self.handover().action_hand_over()
        self.assertEqual(self.max, (order + seen).activity_ids.user_id)
        self.assertNotIn(self.max.partner_id, order.message_partner_ids)
        self.assertIn(self.max.partner_id, seen.message_partner_ids)

    def test_activities_on_bills_are_not_about_customers(self):
        line = Command.create({"name": "Paper", "quantity": 1, "price_unit": 5, "tax_ids": [Command.clear()]})
        bill = self.env["account.move"].with_company(self.company)
        bill = bill.create({"move_type": "in_invoice", "partner_id": self.big.id, "invoice_line_ids": [line]})
        activity = bill.activity_schedule("mail.mail_activity_data_todo", user_id=self.lena.id)
        self.handover().action_hand_over()
        self.assertEqual(self.lena, activity.user_id)

    def test_activities_on_customers_and_their_documents_not_personal_ones(self):
        order = self.new_order(self.other)
        order.action_confirm()
        documents = (self.big, order, self.product)
        on_customer, on_order, on_product = (
            document.activity_schedule("mail.mail_activity_data_todo", user_id=self.lena.id) for document in documents
        )
        self.handover().action_hand_over()
        self.assertEqual([one.user_id for one in (on_customer, on_order, on_product)], [self.max, self.max, self.lena])

    def test_meetings_to_come_with_people_from_outside(self):
        visit = self.new_meeting(self.person)
        held = self.new_meeting(self.person, start=datetime(2020, 3, 1, 9), stop=datetime(2020, 3, 1, 10))
        private = self.new_meeting(self.person, privacy="private")
        elsewhere = self.new_partner("Fjord", company_id=self.new_company("Alder Inc", "USD").id)
        other_company = self.new_meeting(elsewhere)
        among_us = self.new_meeting(self.eva.partner_id)
        self.handover().action_hand_over()
        self.assertEqual(visit.user_id, self.max)
        self.assertEqual(visit.partner_ids, self.max.partner_id + self.person)
        self.assertEqual((held + private + among_us + other_company).user_id, self.lena)

    def test_meetings_that_are_private_by_the_persons_own_default_stay(self):
        self.lena.with_user(self.lena).calendar_default_privacy = "private"
        doctor = self.new_meeting(self.person)
        self.handover().action_hand_over()
        self.assertEqual(doctor.user_id, self.lena)

    def test_the_successor_follows_what_the_person_followed(self):
        lead = self.new_lead(self.big)
        lead.message_subscribe(self.lena.partner_id.ids)
        self.handover().action_hand_over()
        self.assertIn(self.max.partner_id, lead.message_partner_ids)
        self.assertNotIn(self.lena.partner_id, lead.message_partner_ids)

    def test_nothing_of_another_company(self):
        company = self.new_company("Alder Inc", "USD")
        elsewhere = self.new_partner("Fjord", user_id=self.lena.id, company_id=company.id)
        self.handover().action_hand_over()
        self.assertEqual(elsewhere.user_id, self.lena)

    def test_no_mail_a_record(self):
        self.new_lead(self.big), self.new_order(self.small)
        self.env.flush_all()
        mails = self.env["mail.mail"].sudo().search_count([("id", "!=", 0)])
        self.handover().action_hand_over()
        self.assertLessEqual(self.env["mail.mail"].sudo().search_count([("id", "!=", 0)]) - mails, 1)

    def test_a_draft_counts_what_will_move(self):
        self.new_lead(self.big), self.new_order(self.small), self.new_meeting(self.person)
        handover = self.handover()
        counts = ("customer_count", "lead_count", "quotation_count", "activity_count", "meeting_count")
        before = [handover[name] for name in counts]
        self.assertEqual(before, [3, 1, 1, 0, 1])
        handover.action_hand_over()
        handover.invalidate_recordset()
        self.assertEqual([handover[name] for name in counts], before)


class TestShares(HandoverCase):
    def test_the_first_line_that_fits_takes_the_customer_with_all_that_is_open(self):
        lead, order = self.new_lead(self.small), self.new_order(self.big)
        self.handover({"user_id": self.eva.id, "country_ids": self.austria.ids}, self.max).action_hand_over()
        self.assertEqual((self.small.user_id, lead.user_id), (self.eva, self.eva))
        self.assertEqual((self.big.user_id, order.user_id), (self.max, self.max))

    def test_by_tier(self):
        self.invoice(self.big, (self.product, 1, 900))
        self.invoice(self.small, (self.product, 1, 10))
        tier = self.recompute()[self.big].tier_id
        self.handover({"user_id": self.eva.id, "tier_ids": tier.ids}, self.max).action_hand_over()
        self.assertEqual((self.big.user_id, self.small.user_id), (self.eva, self.max))

    def test_what_has_no_customer_goes_to_the_last_line(self):
        lead = self.new_lead(self.env["res.partner"], partner_name="Nobody yet")
        self.handover({"user_id": self.eva.id, "country_ids": self.austria.ids}, self.max).action_hand_over()
        self.assertEqual(lead.user_id, self.max)

    def test_somebody_must_take_what_is_left(self):
        handover = self.handover({"user_id": self.eva.id, "country_ids": self.austria.ids})
        with self.assertRaisesRegex(UserError, "Add a last line"):
            handover.action_hand_over()

    def test_a_region_that_a_line_names_is_not_deleted(self):
        """The line would take everybody."""
        region = self.env["res.country.state"].create(
            {"name": "Tyrol-on-Sea", "code": "TOS", "country_id": self.austria.id}
        )
        self.handover({"user_id": self.eva.id, "state_ids": region.ids}, self.max)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            region.unlink()

    def test_nobody_takes_over_from_oneself(self):
        with self.assertRaises(ValidationError):
            self.handover(self.lena)

    def test_from_somebody_who_is_archived(self):
        self.lena.active = False
        self.handover().action_hand_over()
        self.assertEqual(self.big.user_id, self.max)


class TestFiguresOfThePast(HandoverCase):
    def test_not_a_cent_of_persons_and_teams_changes(self):
        for partner, price in ((self.big, 99.99), (self.small, 33.33), (self.big, 0.07)):
            order = self.new_order(partner, price)
            order.action_confirm()
            order.order_line.qty_delivered = 1
            order._create_invoices().action_post()
        posted = self.invoice(self.big, (self.product, 2, 12.34), invoice_user_id=self.lena.id)
        self.invoice(self.big, (self.product, 1, 3), move_type="out_refund", invoice_user_id=self.lena.id)
        before = self.past()
        self.assertTrue(all(before.values()))
        handover = self.handover()
        handover.action_hand_over()
        self.assertEqual(self.past(), before)
        self.assertEqual(posted.invoice_user_id, self.lena)
        handover.action_undo()
        self.assertEqual(self.past(), before)


class TestBack(HandoverCase):
    def scene(self):
        """Something of everything, with what Odoo sets by itself in the past."""
        lead = self.new_lead(self.big)
        lead.date_open = datetime(2026, 1, 5, 8)
        self.new_order(self.small)
        meeting = self.new_meeting(self.person)
        meeting.attendee_ids.filtered(lambda one: one.partner_id == self.person).state = "accepted"
        meeting.attendee_ids.filtered(lambda one: one.partner_id != self.person).state = "tentative"
        self.big.activity_schedule("mail.mail_activity_data_todo", user_id=self.lena.id)
        self.small.message_subscribe(self.lena.partner_id.ids)
        self.big.message_subscribe(self.max.partner_id.ids)
        return lead

    def comparable(self, world, handover):
        """The world without the rows of attendees, whose numbers are new, told apart by meeting and person."""
        attendees = {}
        for (model, id_, name), value in world.items():
            if model == "calendar.attendee":
                attendees.setdefault(id_, {})[name] = value
        rest = {
            key: value
            for key, value in world.items()
            if key[0] != "calendar.attendee"
            and key[1] not in (handover.activity_ids.ids if key[0] == "mail.activity" else [])
        }
        return rest, sorted((one["partner_id"].id, one["state"]) for one in attendees.values())

    def test_undo_restores_every_record(self):
        self.scene()
        before = self.world()
        handover = self.handover({"user_id": self.eva.id, "country_ids": self.austria.ids}, self.max)
        handover.action_hand_over()
        self.assertNotEqual(self.comparable(self.world(), handover), self.comparable(before, handover))
        handover.action_undo()
        self.assertEqual(handover.state, "back")
        self.assertEqual(self.comparable(self.world(), handover), self.comparable(before, handover))

    def test_what_somebody_changed_since_stays(self):
        lead = self.scene()
        handover = self.handover()
        handover.action_hand_over()
        lead.user_id = self.eva
        handover.action_undo()
        self.assertEqual((lead.user_id, self.big.user_id), (self.eva, self.lena))

    def test_what_stays_is_counted_and_not_named(self):
        """Whoever took over another part reads it."""
        lead = self.scene()
        handover = self.handover()
        handover.action_hand_over()
        lead.user_id = self.eva
        handover.action_undo()
        said = handover.message_ids[0].body
        self.assertIn("1 stay as they are, done or changed meanwhile: Lead (1)", said)
        self.assertNotIn(lead.name, said)

    def test_what_was_closed_meanwhile_is_a_figure_of_the_past(self):
        lead = self.scene()
        order = self.new_order(self.big)
        activity = self.big.activity_ids
        handover = self.handover(reason="away", until=Date.today() + timedelta(days=14))
        handover.action_hand_over()
        order.action_confirm()
        order.order_line.qty_delivered = 1
        order._create_invoices().action_post()
        lead.action_set_won()
        activity.action_feedback()
        before = self.past()
        handover._take_back()
        self.assertEqual(self.past(), before)
        self.assertEqual((order.user_id, lead.user_id, activity.user_id), (self.max,) * 3)
        self.assertEqual(self.big.user_id, self.lena)

    def test_small_changes_are_no_obstacle(self):
        lead = self.scene()
        meeting = self.env["calendar.event"].search([("name", "=", "Visit")])
        handover = self.handover(reason="away", until=Date.today() + timedelta(days=14))
        handover.action_hand_over()
        meeting.attendee_ids.filtered(lambda one: one.partner_id == self.max.partner_id).state = "accepted"
        lead.message_unsubscribe(self.max.partner_id.ids)
        self.big.message_subscribe(self.eva.partner_id.ids)
        handover._take_back()
        self.assertEqual((lead.user_id, meeting.user_id), (self.lena, self.lena))
        self.assertEqual(meeting.partner_ids, self.lena.partner_id + self.person)
        self.assertIn(self.eva.partner_id, self.big.message_partner_ids)

    def test_a_stage_of_the_team_comes_back(self):
        lead = self.scene()
        stage = self.env["crm.stage"].create({"name": "Drawing", "team_ids": [Command.link(lead.team_id.id)]})
        lead.stage_id = stage
        handover = self.handover()
        handover.action_hand_over()
        handover.action_undo()
        self.assertEqual((lead.stage_id, lead.team_id.name), (stage, "Team lena"))

    def test_what_is_gone_is_no_obstacle(self):
        lead = self.scene()
        handover = self.handover()
        handover.action_hand_over()
        lead.unlink()
        handover.action_undo()
        self.assertEqual(self.big.user_id, self.lena)

    @pytest.mark.dated
    def test_within_a_day_only(self):
        handover = self.handover()
        with freeze_time(Datetime.now() - timedelta(days=1, minutes=1)):
            handover.action_hand_over()
        handover.invalidate_recordset()
        self.assertFalse(handover.can_undo)
        with self.assertRaisesRegex(UserError, "within a day"):
            handover.action_undo()

    def test_one_that_fails_is_no_obstacle_for_the_others(self):
        with freeze_time("2026-07-01 08:00:00"):
            values = {"reason": "away", "until": date(2026, 7, 14)}
            first, second = self.handover(**values), self.handover(self.lena, from_user_id=self.eva.id, **values)
            (first + second).action_hand_over()
        changes, put_back = self.env.registry["crm.pareto.handover.change"], type(first.change_ids)._put_back

        def fail(records):
            if records.handover_id == second:  # the newest comes first
                records.env.cr.execute("SELECT 1 / 0")
            return put_back(records)

        commits = patch.object(self.env.registry["ir.cron"], "_commit_progress")
        with freeze_time("2026-07-15 01:00:00"), commits, patch.object(changes, "_put_back", fail):
            with mute_logger("odoo.addons.crm_pareto.models.work.handover.crm_pareto_handover", "odoo.sql_db"):
                self.env["crm.pareto.handover"]._cron_return()
        self.assertEqual((first.state, second.state), ("back", "done"))
        self.assertEqual(self.big.user_id, self.lena)

    @pytest.mark.dated
    def test_an_absence_ends_by_itself(self):
        self.scene()
        before = self.world()
        with freeze_time("2026-07-01 08:00:00"):
            handover = self.handover(reason="away", until=date(2026, 7, 14))
            handover.action_hand_over()
        for day, state in (("2026-07-14", "done"), ("2026-07-15", "back")):
            commits = patch.object(self.env.registry["ir.cron"], "_commit_progress")
            with freeze_time(f"{day} 01:00:00"), commits:
                self.env["crm.pareto.handover"]._cron_return()
            self.assertEqual(handover.state, state)
        self.assertEqual(self.comparable(self.world(), handover), self.comparable(before, handover))

    @pytest.mark.dated
    def test_the_last_day_of_an_absence_is_over_when_it_is_for_the_person(self):
        self.lena.tz = "America/Los_Angeles"
        with freeze_time("2026-07-01 08:00:00"):
            handover = self.handover(reason="away", until=date(2026, 7, 14))
            handover.action_hand_over()
        for moment, state in (("2026-07-15 01:00:00", "done"), ("2026-07-15 07:00:00", "back")):
            commits = patch.object(self.env.registry["ir.cron"], "_commit_progress")
            with freeze_time(moment), commits:
                self.env["crm.pareto.handover"]._cron_return()
            self.assertEqual(handover.state, state)

    @pytest.mark.dated
    def test_an_absence_may_end_on_the_day_on_which_it_is_entered(self):
        self.boss.tz = "America/Los_Angeles"
        with freeze_time("2026-07-15 01:00:00"):
            self.handover(reason="away", until=date(2026, 7, 14))
            with self.assertRaises(ValidationError):
                self.handover(reason="away", until=date(2026, 7, 13))

    def test_who_stands_in_may_be_away_too(self):
        """One absence after the other: whoever comes back first has what is his or hers, whoever holds it by then."""
        first = self.handover(reason="away", until=date(2030, 7, 14))
        first.action_hand_over()
        second = self.handover(self.eva, from_user_id=self.max.id, reason="away", until=date(2030, 7, 20))
        second.action_hand_over()
        self.assertEqual(self.eva, self.big.user_id)
        first._take_back()
        self.assertEqual(self.lena, self.big.user_id)
        second._take_back()
        self.assertEqual(self.lena, self.big.user_id)

    def test_and_come_back_before(self):
        first = self.handover(reason="away", until=date(2030, 7, 14))
        first.action_hand_over()
        second = self.handover(self.eva, from_user_id=self.max.id, reason="away", until=date(2030, 7, 20))
        second.action_hand_over()
        second._take_back()
        self.assertEqual(self.max, self.big.user_id)
        first._take_back()
        self.assertEqual(self.lena, self.big.user_id)

    def test_who_is_away_goes_on_following(self):
        self.scene()
        self.handover(reason="away", until=Date.today() + timedelta(days=14)).action_hand_over()
        self.assertLessEqual(self.lena.partner_id + self.max.partner_id, self.small.message_partner_ids)

    @pytest.mark.dated
    def test_an_absence_has_an_end_to_come(self):
        for until in (False, date(2020, 1, 1), date(9999, 12, 31)):
            with self.assertRaises(ValidationError):
                self.handover(reason="away", until=until)


class TestWhatCannotGoBack(HandoverCase):
    """It keeps nothing else from going back, and the hand-over says so."""

    def away(self):
        handover = self.handover(reason="away", until=Date.today())
        handover.action_hand_over()
        return handover

    def cron(self, days=3):
        commits = patch.object(self.env.registry["ir.cron"], "_commit_progress")
        loggers = mute_logger("odoo.addons.crm_pareto.models.work.handover.crm_pareto_handover", "odoo.sql_db")
        with freeze_time(Datetime.now() + timedelta(days=days)), commits, loggers:
            self.env["crm.pareto.handover"]._cron_return()
        self.env.invalidate_all()

    def to_look_after(self, handover):
        kind = self.env.ref("mail.mail_activity_data_warning")
        return handover.activity_ids.filtered(lambda activity: activity.activity_type_id == kind)

    def test_what_the_successor_changed_since(self):
        stage = self.env["crm.stage"].create({"name": "Far", "sequence": 99})
        lead, handover = self.new_lead(self.big), self.handover()
        handover.action_hand_over()
        lead.with_user(self.max).stage_id = stage
        handover.with_user(self.boss).action_undo()
        self.assertEqual((self.lena, stage), (lead.user_id, lead.stage_id))

    def test_what_a_forged_journal_says(self):
        """Nobody writes in it; and what is no column of a hand-over's does not go back."""
        handover = self.handover()
        handover.action_hand_over()
        change = handover.sudo().change_ids.filtered(lambda change: change.res_id == self.big.id)
        change.write({"before": {**change.before, "name": "Before"}, "after": {**change.after, "name": self.big.name}})
        values = {"handover_id": handover.id, "res_model": "res.users", "res_id": self.boss.id, "user_id": self.max.id}
        values |= {"before": {"name": "Before"}, "after": {"name": self.boss.name}}
        for user in (self.boss, self.max):
            with self.assertRaises(AccessError):
                change.with_user(user).sudo().create(values)
        handover.with_user(self.boss).action_undo()
        self.assertEqual(self.lena, self.big.user_id)
        self.assertNotEqual("Before", self.big.name)

    def test_a_to_do_that_is_on_no_document_any_more(self):
        for document in (False, "mail.thread", "crm.pareto.timeline", "res.users"):
            with self.subTest(document=document):
                activity = self.big.activity_schedule("mail.mail_activity_data_todo", user_id=self.lena.id)
                handover = self.away()
                model = self.env["ir.model"]._get_id(document) if document else False
                activity.with_user(self.eva).write({"res_model_id": model, "res_id": document and self.eva.id})
                self.cron()
                self.assertEqual(("back", self.lena), (handover.state, self.big.user_id))
                self.assertEqual(self.max, activity.user_id)

    def test_a_record_that_cannot_be_read(self):
        broken, whole = self.new_lead(self.big), self.new_lead(self.small)
        handover = self.away()
        changes = self.env.registry["crm.pareto.handover.change"]
        is_here = changes._is_here

        def fail(change, record):
            if record == broken:
                record.env.cr.execute("SELECT 1 / 0")
            return is_here(change, record)

        with patch.object(changes, "_is_here", fail):
            self.cron()
        self.assertEqual(("back", self.max), (handover.state, broken.user_id))
        self.assertEqual(self.lena, whole.user_id + self.big.user_id)
        self.assertEqual(self.boss, self.to_look_after(handover).user_id)

    def test_what_is_another_company_s_by_now(self):
        abroad = self.new_company("Alder Inc", "USD")
        self.max.company_ids += abroad
        lead = self.new_lead(self.big)
        handover = self.handover()
        handover.action_hand_over()
        lead.write({"partner_id": False, "team_id": False, "company_id": abroad.id})
        self.small.company_id = abroad
        handover.with_user(self.boss).action_undo()
        self.assertEqual((self.max, self.max), (lead.user_id, self.small.user_id))
        self.assertEqual(self.lena, self.big.user_id)

    def test_a_team_that_is_gone(self):
        lead = self.new_lead(self.big)
        team = lead.team_id
        handover = self.away()
        team.with_user(self.boss).unlink()
        self.cron()
        self.assertEqual("back", handover.state)
        self.assertEqual(self.lena, lead.user_id + self.big.user_id + self.small.user_id)
        self.assertIn("1 went back without a team, stage or the like", handover.message_ids[0].body)

    def test_a_stage_that_is_gone(self):
        lead = self.new_lead(self.big)
        team = lead.team_id
        stage = self.env["crm.stage"].create({"name": "Drawing", "team_ids": [Command.link(team.id)]})
        lead.stage_id = stage
        handover = self.handover()
        handover.action_hand_over()
        self.assertNotEqual(stage, lead.stage_id)
        stage.unlink()
        handover.action_undo()
        self.assertEqual((self.lena, team), (lead.user_id, lead.team_id))
        self.assertTrue(lead.stage_id)

    def test_a_team_of_another_company_by_now(self):
        order = self.new_order(self.big)
        team = order.team_id
        handover = self.away()
        team.member_ids = False
        team.company_id = self.new_company("Alder Inc", "USD")
        self.cron()
        self.assertEqual((self.lena, self.lena), (order.user_id, self.big.user_id))
        self.assertNotEqual(team, order.team_id)
        said = handover.message_ids.filtered(lambda message: "went back" in message.body).body
        self.assertIn("1 went back without a team, stage or the like", said)
        self.assertIn("Sales Order (1)", said)

    def test_a_person_who_left_the_company(self):
        lead, customers = self.new_lead(self.big), self.big + self.small
        handover = self.away()
        abroad = self.new_company("Alder Inc", "USD")
        self.env["crm.team"].search([("company_id", "=", self.company.id)]).member_ids -= self.lena
        self.lena.write({"company_ids": [Command.set(abroad.ids)], "company_id": abroad.id})
        self.cron()
        self.assertEqual("back", handover.state)
        self.assertEqual((self.max, self.max), (lead.user_id, customers.user_id))
        said = handover.message_ids.filtered(lambda message: "went back" in message.body).body
        self.assertIn("4 stay as they are, because who had them cannot have them any more", said)
        for name in (lead.name, *customers.mapped("name")):
            self.assertNotIn(name, said)
        self.assertEqual(self.boss, self.to_look_after(handover).user_id)

    def test_a_subtype_that_is_gone(self):
        subtype = self.env["mail.message.subtype"].create({"name": "Ours", "res_model": "res.partner"})
        self.big.message_subscribe(self.lena.partner_id.ids, subtype_ids=subtype.ids)
        handover = self.handover()
        handover.action_hand_over()
        subtype.unlink()
        handover.action_undo()
        self.assertEqual(self.lena, self.big.user_id)
        self.assertIn(self.lena.partner_id, self.big.message_partner_ids)

    def test_where_all_of_it_fails_the_manager_is_told_once(self):
        handover = self.away()
        changes = self.env.registry["crm.pareto.handover.change"]
        for days in (3, 4):
            with patch.object(changes, "_put_back", side_effect=ValueError("broken")):
                self.cron(days)
        self.assertEqual("done", handover.state)
        self.assertEqual(self.boss, self.to_look_after(handover).user_id)
        self.assertEqual(1, len(self.to_look_after(handover)))
        self.cron()
        self.assertEqual(("back", self.lena), (handover.state, self.big.user_id))
        self.assertFalse(self.to_look_after(handover))


class TestWhoIsGone(HandoverCase):
    """Who handed over or took over is archived: with the user the way back would be deleted."""

    def test_nobody_in_a_hand_over_is_deleted(self):
        self.big.user_id = self.small.user_id = self.person.user_id = False
        for state in ("draft", "done"):
            handover = self.handover()
            if state == "done":
                self.big.user_id = self.lena
                handover.action_hand_over()
            for user in (self.lena, self.max):
                with (
                    self.subTest(state=state, user=user.name),
                    self.assertRaises(IntegrityError),
                    mute_logger("odoo.sql_db"),
                    self.env.cr.savepoint(),
                ):
                    user.unlink()

    def test_from_who_is_archived_all_goes_back(self):
        lead, meeting = self.new_lead(self.big), self.new_meeting(self.person)
        handover = self.handover()
        handover.action_hand_over()
        self.max.active = False
        handover.action_undo()
        self.assertEqual(self.lena, (self.big + self.small).user_id + lead.user_id + meeting.user_id)


class TestBrief(HandoverCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice(cls.big, (cls.product, 1, 900), day=date(2026, 6, 3))
        cls.recompute()
        for number in range(12):
            cls.env["crm.pareto.touch"].create(
                {"name": f"Talk {number}", "partner_id": cls.person.id, "date": datetime(2026, 5, 1 + number, 9)}
            )
        cls.big.activity_schedule(
            "mail.mail_activity_data_todo", user_id=cls.lena.id, summary="Send the drawings", date_deadline="2026-07-09"
        )
        cls.new_order(cls.big)
        role = {"partner_id": cls.big.id, "contact_id": cls.person.id, "role": "decides"}
        cls.env["crm.pareto.role"].create(role)
        cls.env["crm.pareto.repeat"].create(
            {
                "company_id": cls.company.id,
                "partner_id": cls.big.id,
                "product_id": cls.new_product("Sensor Cap").id,
                "quantity": 12,
                "last_date": date(2026, 1, 1),
                "order_gap": 30,
                "due_from": date(2026, 1, 25),
                "next_order_date": date(2026, 1, 31),
                "due_to": date(2026, 2, 5),
            }
        )

    def note(self):
        self.handover(reason="away", until=date(2030, 7, 14)).action_hand_over()
        return self.big.message_ids.filtered(lambda message: "handed over" in (message.body or "")).ensure_one()

    def test_the_chatter_says_who_has_the_customer_now_and_where_to_read_more(self):
        note = self.note()
        self.assertIn("lena handed over to max", note.preview)
        self.assertIn('data-oe-model="crm.pareto.handover"', note.body)
        self.assertFalse(note.notified_partner_ids)

    def test_the_chatter_says_nothing_that_only_some_may_know(self):
        """Everybody who may see the customer reads it, in every company."""
        body = self.note().body
        for words in ("900", "Tier", "Cora", "Sensor Cap", "drawings", "Quotation", "Talk", "2030", "2026"):
            self.assertNotIn(words, body)

    def test_the_last_ten_touches_each(self):
        report = self.env["report.crm_pareto.handover_brief"]
        briefs = report._briefs(self.big + self.small, self.company)
        self.assertEqual(
            [touch.title for touch in briefs[self.big.id]["touches"]],
            ["INV/2026/00001", *(f"Talk {n}" for n in range(11, 2, -1))],
        )
        self.assertFalse(briefs[self.small.id]["touches"])

    def test_the_document_has_a_page_a_customer(self):
        report = self.env["ir.actions.report"].with_user(self.boss)
        html, _kind = report._render_qweb_html("crm_pareto.handover_brief", (self.big + self.small).ids)
        text = html.decode()
        for words in ("Corvex", "Dapper", "Talk 11", "Send the drawings"):
            self.assertIn(words, text)
        self.assertNotIn("margin", text)


class TestReceipt(HandoverCase):
    def test_each_who_takes_over_confirms(self):
        handover = self.handover({"user_id": self.eva.id, "country_ids": self.austria.ids}, self.max)
        handover.action_hand_over()
        self.assertEqual(handover.share_ids.mapped("customer_count"), [1, 1])
        self.assertEqual(handover.activity_ids.user_id, self.eva + self.max)
        handover.with_user(self.eva).action_confirm_receipt()
        self.assertEqual(handover.activity_ids.user_id, self.max)
        self.assertEqual(handover.share_ids.filtered("confirmed_on").user_id, self.eva)

    def test_nobody_else_does(self):
        handover = self.handover()
        handover.action_hand_over()
        with self.assertRaisesRegex(UserError, "nothing here for you"):
            handover.with_user(self.boss).action_confirm_receipt()


class TestCompanies(HandoverCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.abroad = cls.new_company("Alder Inc", "USD")
        cls.fay, cls.chief = (
            cls.new_member(name, group) for name, group in (("fay", SALESPERSON), ("cy", SALES_MANAGER))
        )
        (cls.fay + cls.chief).write({"company_ids": [Command.set(cls.abroad.ids)], "company_id": cls.abroad.id})

    def taken(self, *shares, **values):
        """By a manager who works abroad."""
        env = self.env(context={**self.env.context, "allowed_company_ids": self.abroad.ids})
        shares = [Command.create({"user_id": user.id}) for user in shares or (self.chief,)]
        values = {"from_user_id": self.lena.id, "company_id": self.abroad.id, "share_ids": shares, **values}
        return env["crm.pareto.handover"].with_user(self.chief).create(values)

    def test_nobody_takes_over_from_people_of_another_company(self):
        self.big.activity_schedule("mail.mail_activity_data_todo", user_id=self.lena.id)
        with self.assertRaisesRegex(ValidationError, "Who hands over does not work in Alder Inc"):
            self.taken()

    def test_nor_from_who_left_it_since(self):
        self.fay.company_ids += self.company
        handover = self.taken(from_user_id=self.fay.id)
        self.fay.write({"company_id": self.company.id, "company_ids": [Command.set(self.company.ids)]})
        with self.assertRaisesRegex(ValidationError, "does not work in Alder Inc"):
            handover.action_hand_over()

    def test_a_form_does_not_count_what_is_not_theirs(self):
        self.big.activity_schedule("mail.mail_activity_data_todo", user_id=self.lena.id)
        self.new_meeting(self.person)
        env = self.env(context={**self.env.context, "allowed_company_ids": self.abroad.ids})
        names = ("activity_count", "meeting_count", "customer_count")
        for company in self.abroad + self.company:
            draft = env["crm.pareto.handover"].with_user(self.chief).new({"from_user_id": self.lena.id})
            draft.company_id = company
            self.assertEqual([draft[name] for name in names], [0, 0, 0])

    def test_what_is_left_of_a_customer_who_moved_to_another_company_is_handed_over(self):
        lead, order = self.new_lead(self.big), self.new_order(self.small)
        todo = self.new_lead(self.small).activity_schedule("mail.mail_activity_data_todo", user_id=self.lena.id)
        (self.big + self.small).company_id = self.abroad
        self.env.invalidate_all()
        share = {"user_id": self.eva.id, "country_ids": [Command.set(self.austria.ids)]}
        handover = self.handover(share, self.max)
        handover.action_hand_over()
        self.assertEqual((lead.user_id, order.user_id, todo.user_id), (self.max, self.eva, self.eva))
        handover.action_undo()
        self.assertEqual(lead.user_id + order.user_id + todo.user_id, self.lena)

    def test_briefs_leave_out_who_moved_to_another_company_since(self):
        handover = self.handover()
        handover.action_hand_over()
        self.small.company_id = self.abroad
        self.env.invalidate_all()
        printed = handover.with_user(self.max).action_print_briefs()
        self.assertEqual(printed["context"]["active_ids"], self.big.ids)

    def test_who_takes_over_works_there(self):
        portal = self.new_member("porter", "base.group_portal")
        gone = self.new_member("gone", SALESPERSON)
        gone.active = False
        for user in (self.fay, portal, gone):
            with self.assertRaisesRegex(ValidationError, "somebody who works in Alder Instruments now"):
                self.handover(user)

    def test_tiers_are_of_the_company_or_shared(self):
        tiers = self.env["crm.pareto.tier"]
        own, foreign = (
            tiers.create({"name": "X", "bound": 0.5, "company_id": company.id})
            for company in (self.company, self.abroad)
        )
        shared = self.env.ref("crm_pareto.crm_pareto_tier_a")
        self.handover({"user_id": self.eva.id, "tier_ids": (own + shared).ids}, self.max)
        with self.assertRaisesRegex(ValidationError, "A tier is of another company"):
            self.handover({"user_id": self.eva.id, "tier_ids": foreign.ids}, self.max, user=self.env.user)  # of both

    def meeting_about(self, record):
        meeting = self.new_meeting(self.person).sudo()
        meeting.write({"res_model_id": self.env["ir.model"]._get_id(record._name), "res_id": record.id})
        return meeting

    def test_what_is_about_another_company_or_another_app_stays(self):
        """Also where the customer is shared."""
        self.lena.company_ids += self.abroad
        repeat = self.big.activity_schedule("mail.mail_activity_data_todo", user_id=self.lena.id)
        repeat.pareto_company_id = self.abroad
        order = self.env["sale.order"].with_company(self.abroad).create({"partner_id": self.big.id, "team_id": False})
        on_order, on_product, visit = (self.meeting_about(record) for record in (order, self.product, self.big))
        self.handover().action_hand_over()
        self.assertEqual((repeat.user_id, on_order.user_id, on_product.user_id), (self.lena,) * 3)
        self.assertEqual(visit.user_id, self.max)


class TestWhatIsDecided(HandoverCase):
    """Buttons write it, and nobody else."""

    MOMENT = "2026-06-01 00:00:00"

    def refused(self, call, error=AccessError):
        with (
            self.assertRaises(error),
            mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"),
        ):
            call()

    def test_nobody_writes_what_the_buttons_set(self):
        handover = self.handover()
        share = handover.share_ids
        change = {"res_model": "res.users", "res_id": 2, "user_id": 2, "before": {}, "after": {}}
        for state in ("draft", "done"):
            for record, values in (
                (handover, {"state": "back"}),
                (handover, {"done_on": self.MOMENT}),
                (handover, {"name": "Somebody else"}),
                (handover, {"change_ids": [Command.create(change)]}),
                (share, {"confirmed_on": self.MOMENT}),
                (share, {"customer_count": 9}),
                (handover, {"share_ids": [Command.update(share.id, {"confirmed_on": self.MOMENT})]}),
            ):
                with self.subTest(values=values, state=state):
                    self.refused(lambda record=record, values=values: record.write(values), UserError)
            if state == "draft":
                handover.action_hand_over()
        self.assertEqual((handover.state, share.customer_count, share.confirmed_on), ("done", 2, False))

    def test_nobody_creates_it_either(self):
        self.refused(lambda: self.handover(state="done"))
        self.refused(lambda: self.handover(done_on=self.MOMENT))
        self.refused(lambda: self.handover({"user_id": self.max.id, "confirmed_on": self.MOMENT}))

    def test_defaults_of_a_client_do_not_set_it(self):
        defaults = {"state": "done", "done_on": self.MOMENT, "confirmed_on": self.MOMENT, "customer_count": 9}
        context = {f"default_{name}": value for name, value in defaults.items()}
        values = {"from_user_id": self.lena.id, "share_ids": [Command.create({"user_id": self.max.id})]}
        handover = self.env["crm.pareto.handover"].with_user(self.boss).with_context(**context).create(values)
        share = handover.share_ids
        self.assertEqual((handover.state, handover.done_on), ("draft", False))
        self.assertEqual((share.confirmed_on, share.customer_count), (False, 0))

    def test_an_import_does_not_set_it(self):
        names, row = ["from_user_id", "state", "share_ids/user_id"], ["lena", "Handed Over", "max"]
        handovers = self.env["crm.pareto.handover"].with_user(self.boss)
        result = handovers.load(names, [row])
        self.assertFalse(result["ids"])
        self.assertIn("set by the button", result["messages"][0]["message"])

    def test_a_copy_is_a_draft_that_nobody_confirmed(self):
        handover = self.handover()
        handover.action_hand_over()
        handover.with_user(self.max).action_confirm_receipt()
        copy = handover.copy()
        self.assertEqual((copy.state, copy.done_on, copy.change_ids.ids), ("draft", False, []))
        self.assertEqual((copy.share_ids.confirmed_on, copy.share_ids.customer_count), (False, 0))

    def test_what_was_handed_over_stays_as_it_was(self):
        handover = self.handover()
        share, draft = handover.share_ids, self.handover(self.eva)
        handover.action_hand_over()
        shares = share.browse().with_env(share.env)
        for call in (
            lambda: handover.write({"from_user_id": self.eva.id}),
            lambda: handover.write({"company_id": self.env.ref("base.main_company").id}),
            lambda: handover.write({"reason": "away", "until": date(2030, 7, 14)}),
            lambda: handover.write({"share_ids": [Command.create({"user_id": self.eva.id})]}),
            lambda: handover.write({"share_ids": [Command.delete(share.id)]}),
            lambda: share.write({"user_id": self.eva.id}),
            lambda: share.write({"tier_ids": [Command.clear()]}),
            lambda: share.write({"handover_id": draft.id}),
            lambda: draft.share_ids.write({"handover_id": handover.id}),
            lambda: shares.create({"handover_id": handover.id, "user_id": self.eva.id}),
            lambda: shares.with_context(default_handover_id=handover.id).create({"user_id": self.eva.id}),
            lambda: share.unlink(),
            lambda: handover.unlink(),
        ):
            self.refused(call, UserError)
        self.assertEqual((handover.from_user_id, share.user_id, handover.share_ids), (self.lena, self.max, share))

    def test_an_absence_that_lasts_may_end_on_another_day_to_come(self):
        today = Date.today()
        handover = self.handover(reason="away", until=today + timedelta(days=30))
        handover.action_hand_over()
        for until in (today, today + timedelta(days=60)):
            handover.until = until
        self.refused(lambda: handover.write({"until": today - timedelta(days=2)}), ValidationError)
        self.refused(lambda: handover.with_user(self.max).write({"until": today}))
        self.assertEqual(handover.until, today + timedelta(days=60))

    def test_who_left_has_no_last_day_of_absence(self):
        handover = self.handover()
        handover.action_hand_over()
        self.refused(lambda: handover.write({"until": Date.today()}), UserError)

    def test_an_absence_that_is_over_is_made_no_longer(self):
        handover = self.handover(reason="away", until=Date.today())
        handover.action_hand_over()
        with freeze_time(Datetime.now() + timedelta(days=3)), self.assertRaises(UserError):
            handover.until = Date.today() + timedelta(days=30)

    def test_what_is_taken_back_ended_when_it_did(self):
        handover = self.handover(reason="away", until=Date.today() + timedelta(days=30))
        handover.action_hand_over()
        handover.action_undo()
        self.refused(lambda: handover.write({"until": Date.today()}), UserError)

    def test_a_day_is_counted_from_the_true_moment(self):
        handover = self.handover()
        handover.action_hand_over()
        self.refused(lambda: handover.write({"done_on": Datetime.now() + timedelta(days=30)}))
        with freeze_time(Datetime.now() + timedelta(days=1, minutes=1)):
            handover.invalidate_recordset()
            self.refused(handover.action_undo, UserError)


class TestRights(HandoverCase):
    @mute_logger("odoo.addons.base.models.ir_access")
    def test_salespeople_see_what_they_take_over_and_change_nothing(self):
        handover = self.handover()
        handovers = self.env["crm.pareto.handover"]
        self.assertFalse(handovers.with_user(self.max).search([("id", "=", handover.id)]))
        shares = self.env["crm.pareto.handover.share"].with_user(self.max)
        self.assertFalse(shares.search([("handover_id", "=", handover.id)]))
        handover.action_hand_over()
        self.assertTrue(handovers.with_user(self.max).search([("id", "=", handover.id)]))
        self.assertFalse(handovers.with_user(self.eva).search([("id", "=", handover.id)]))
        for attempt in (
            lambda: handover.with_user(self.max).action_undo(),
            lambda: handovers.with_user(self.max).create({"from_user_id": self.lena.id}),
            lambda: handover.with_user(self.max).change_ids.mapped("before"),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_a_manager_who_sells_nothing_drafts_it_and_moves_nothing(self):
        manager = self.new_member("mia", "crm_pareto.group_manager")
        handover = self.handover()
        theirs = handover.with_user(manager)
        self.assertEqual(0, theirs.lead_count)
        with self.assertRaisesRegex(AccessError, "moves leads and quotations"):
            theirs.action_hand_over()
        handover.action_hand_over()
        with self.assertRaisesRegex(AccessError, "moves leads and quotations"):
            theirs.action_undo()
        self.assertEqual("done", handover.state)

    def test_who_takes_over_opens_what_was_handed_over(self):
        """As docs/rights.md says below its table of methods, which is about hand-overs of others."""
        handover = self.handover()
        handover.action_hand_over()
        mine = handover.with_user(self.max)
        self.assertEqual(mine.env["res.partner"].search(mine.action_open_customers()["domain"]).user_id, self.max)
        for name in ("leads", "quotations", "activities", "meetings"):
            self.assertTrue(getattr(mine, f"action_open_{name}")())
        self.assertTrue(mine.action_print_briefs())
        mine.action_confirm_receipt()
        self.assertTrue(handover.share_ids.confirmed_on)

    def test_a_manager_who_takes_nothing_over_has_no_receipt_to_confirm(self):
        handover = self.handover()
        handover.action_hand_over()
        with self.assertRaisesRegex(UserError, "nothing here for you to confirm"):
            handover.action_confirm_receipt()


class TestHandoverScreen(ParetoHttpCase):
    def test_a_manager_hands_over_and_the_successor_confirms(self):
        env = self.env
        _boss, lena, successor = (
            new_test_user(env, login=login, name=login.title(), groups=groups)
            for login, groups in (("berta", SALES_MANAGER), ("lena", SALESPERSON), ("max", SALESPERSON))
        )
        partner = env["res.partner"].create({"name": "Corvex", "is_company": True, "user_id": lena.id})
        self.start_tour("/odoo/hand-overs", "crm_pareto_hand_over", login="berta")
        self.assertEqual(partner.user_id, successor)
        self.start_tour("/odoo/hand-overs", "crm_pareto_confirm_receipt", login="max")
        self.assertTrue(env["crm.pareto.handover.share"].search([("user_id", "=", successor.id)]).confirmed_on)
