"""What customers tell us through the apps: ratings and survey answers."""

import pytest
from odoo.fields import Date, Domain

from .affairs import Affairs
from .common import EVERY_APP, AppsCase

pytestmark = pytest.mark.dated


class TestInsight(AppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clara = cls.new_member("clara", EVERY_APP)
        cls.contact = cls.new_contact("Corvex")
        cls.customer = cls.contact.parent_id
        cls.affairs = Affairs(cls.env(user=cls.clara), cls.clara, cls.contact, cls.new_gauge())
        cls.invoice(cls.customer, (cls.product, 1, 100), day=Date.today())

    def rate(self, *grades):
        for grade in grades:
            task = self.affairs.task()
            task.rating_apply(grade, token=task._rating_get_access_token(self.contact), feedback="So so")

    def row(self):
        return self.recompute(Date.today())[self.customer]

    def test_ratings_are_feedback_with_their_mean_and_the_last_complaint(self):
        self.rate(5, 4, 1)
        row = self.row()
        self.assertEqual((row.insight, row.has_rating, row.rating), (3, True, 3.33))
        self.assertEqual(row.last_complaint, Date.today())
        opened = self.env["crm.pareto.touchpoint"].search(Domain(row.action_open_feedback()["domain"]))
        self.assertEqual(opened.mapped("kind"), ["rating"] * 3)

    def test_good_ratings_are_no_complaint(self):
        self.rate(5, 4)
        row = self.row()
        self.assertEqual((row.rating, row.last_complaint), (4.5, False))

    def test_what_happens_in_another_company_is_that_company_s(self):
        abroad = self.new_company("Ridgeline", "USD")
        other = self.new_member("dora", EVERY_APP, abroad)
        affairs = Affairs(self.at(other), other, self.contact, self.new_gauge())
        task = affairs.task()
        task.rating_apply(1, token=task._rating_get_access_token(self.contact), feedback="Bad")
        affairs.ticket()
        row = self.row()
        self.assertEqual((False, False, False), (row.has_open_ticket, row.has_rating, row.last_complaint))
        self.assertFalse(row.search([("has_open_ticket", "=", True), ("id", "=", row.id)]))
        self.assertEqual(row, row.search([("has_open_ticket", "=", False), ("id", "=", row.id)]))

    def test_survey_answers_are_feedback_once_they_are_done(self):
        survey = self.env["survey.survey"].create({"title": "Wishes"})
        answers = [survey._create_answer(partner=self.contact) for _answer in range(2)]
        answers[0]._mark_done()
        self.assertEqual(self.row().insight, 1)

    def test_an_open_ticket_of_a_contact_is_one_of_the_customer(self):
        row = self.row()
        open_ones = [("has_open_ticket", "=", True), ("id", "=", row.id)]
        self.assertFalse(self.env["crm.pareto.customer"].search_count(open_ones))
        ticket = self.affairs.ticket()
        self.assertEqual(self.env["crm.pareto.customer"].search(open_ones), row)
        self.assertTrue(row.has_open_ticket)
        ticket.stage_id = self.env["helpdesk.ticket.stage"].search([("closed", "=", True)], limit=1)
        self.assertFalse(self.env["crm.pareto.customer"].search_count(open_ones))
        self.env.invalidate_all()
        self.assertFalse(row.has_open_ticket)
