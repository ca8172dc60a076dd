"""What customers tell us, and who may be asked to be a reference."""

from datetime import datetime, timedelta

import pytest
from lxml import etree
from odoo.exceptions import ValidationError
from odoo.fields import Date
from odoo.tools.safe_eval import safe_eval

from ...common import LedgerCase


class InsightCase(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.new_partner("Birch", is_company=True)
        cls.contact = cls.new_partner("Berta", parent_id=cls.customer.id)
        cls.invoice(cls.customer, (cls.product, 1, 100))

    def log(self, **values):
        values = {"name": "Wish", "channel": "survey", "direction": "in", "date": datetime(2026, 6, 30, 20), **values}
        return self.env["crm.pareto.touch"].create({"partner_id": self.contact.id, **values})


class TestFeedback(InsightCase):
    def test_logged_feedback_that_came_in_counts_in_the_window_of_its_company(self):
        self.log()
        self.log(date=datetime(2025, 7, 1))
        for values in (
            {"date": datetime(2025, 6, 30, 23, 59)},
            {"date": datetime(2026, 7, 1)},
            {"direction": "out"},
            {"channel": "phone"},
            {"company_id": self.new_company("Alder Inc", "USD").id},
        ):
            self.log(**values)
        row = self.recompute()[self.customer]
        self.assertEqual(row.insight, 2)
        opened = self.env["crm.pareto.touchpoint"].search(row.action_open_feedback()["domain"])
        self.assertEqual((opened.customer_id, len(opened)), (self.customer, 2))

    def test_feedback_is_of_the_day_that_it_was_in_the_company(self):
        self.company.partner_id.tz = "America/Los_Angeles"
        self.log(date=datetime(2026, 7, 1, 3))  # 30 June, in the evening
        self.log(date=datetime(2026, 7, 1, 8))
        row = self.recompute()[self.customer]
        self.assertEqual(row.insight, 1)
        opened = self.env["crm.pareto.touchpoint"].search(row.action_open_feedback()["domain"])
        self.assertEqual(len(opened), 1)

    def test_without_ratings_the_rating_is_blank(self):
        row = self.recompute()[self.customer]
        self.assertFalse(row.has_rating or row.last_complaint)
        self.assertFalse(self.env["crm.pareto.customer"].search([("rating", ">=", 1), ("id", "=", row.id)]))
        self.assertEqual(row.insight, 0)


class TestAdvocates(InsightCase):
    def filtered(self, name):
        """Whether the customer passes a filter of the search view."""
        arch = self.env["crm.pareto.customer"].get_view(view_type="search")["arch"]
        [node] = etree.fromstring(arch).xpath(f"//filter[@name='{name}']")
        found = self.env["crm.pareto.customer"].search(
            [("company_id", "=", self.company.id), *safe_eval(node.get("domain"))]
        )
        return found.partner_id == self.customer

    @pytest.mark.dated
    def test_who_was_asked_is_left_in_peace_for_ninety_days(self):
        row = self.recompute()[self.customer]
        self.assertTrue(self.filtered("not_asked"))
        row.action_asked()
        self.assertEqual(self.customer.pareto_asked_on, Date.context_today(row))
        self.assertFalse(self.filtered("not_asked"))
        self.customer.pareto_asked_on -= timedelta(days=91)
        self.assertTrue(self.filtered("not_asked"))

    def test_a_day_that_lies_ahead_keeps_nobody_off_the_list(self):
        for day in ("9999-12-31", "1899-12-31", Date.today() + timedelta(days=2)):
            with self.assertRaises(ValidationError):
                self.customer.pareto_asked_on = day

    def test_a_mark_that_a_client_has_as_default_is_nobodys_where_odoo_creates_the_contact(self):
        user = self.new_user("dora", "base.group_user")
        sent = {
            "default_pareto_may_be_named": True,
            "default_pareto_not_profiled": True,
            "default_pareto_not_customer": True,
            "default_pareto_referred_by_id": self.customer.id,
        }
        made = self.env(user=user, su=True)["res.partner"].with_context(**sent).create({"name": "New"})
        for name in sent:
            self.assertFalse(made[name.removeprefix("default_")])
        lead = self.env(user=user, su=True)["crm.lead"].with_context(**sent).create({"name": "New"})
        self.assertFalse(lead.pareto_referred_by_id)

    def test_consent_is_needed(self):
        self.recompute()
        self.assertFalse(self.filtered("may_be_named"))
        self.customer.pareto_may_be_named = True
        self.assertTrue(self.filtered("may_be_named"))
