"""Days and moments in real browsers, which need not be where their users are."""

from datetime import datetime, time, timedelta
from unittest.mock import patch

import pytest
from odoo import fields
from odoo.fields import Command

from ..common import SALES_MANAGER, ParetoHttpCase, PatientBrowser, new_test_user

pytestmark = pytest.mark.dated
ZONES = ("Europe/Berlin", "UTC", "America/Los_Angeles", "Pacific/Auckland")


class TravellingBrowser(PatientBrowser):
    """A browser in the time zone `zone`."""

    zone = "UTC"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._websocket_request("Emulation.setTimezoneOverride", params={"timezoneId": self.zone})


class TestDayScreen(ParetoHttpCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(patch("odoo.tests.common.ChromeBrowser", TravellingBrowser))
        self.day = fields.Date.today().replace(day=1)  # the day before is of another month
        self.customer = self.env["res.partner"].create({"name": f"Alder of {self.day}"})
        self.invoice()
        self.talk(datetime.combine(self.day - timedelta(days=1), time(20, 0)))  # in Auckland it is the first already

    def invoice(self):
        line = {"name": "Gauge", "quantity": 1, "price_unit": 1000, "tax_ids": [Command.clear()]}
        move = {"move_type": "out_invoice", "partner_id": self.customer.id, "invoice_date": self.day}
        self.env["account.move"].create({**move, "invoice_line_ids": [Command.create(line)]}).action_post()

    def talk(self, moment):
        values = {"name": f"Talk {moment.isoformat()}Z", "partner_id": self.customer.id, "date": moment}
        self.env["crm.pareto.touch"].create({**values, "channel": "phone", "direction": "out"})

    def look(self, zone, browser):
        """Have a user of one time zone look at all pages in a browser of another."""
        login = zone.split("/")[-1].lower()
        if not self.env["res.users"].search_count([("login", "=", login)]):
            groups = f"{SALES_MANAGER},account.group_account_invoice"
            new_test_user(self.env, login=login, groups=groups, tz=zone)
        with self.subTest(user=zone, browser=browser), patch.object(TravellingBrowser, "zone", browser):
            self.start_tour(f"/odoo/res.partner/{self.customer.id}", "crm_pareto_day_or_moment", login=login)

    def test_every_page_shows_the_day_wherever_user_and_browser_are(self):
        for number, zone in enumerate(ZONES):
            for away in (1, 2):
                self.look(zone, ZONES[(number + away) % len(ZONES)])
