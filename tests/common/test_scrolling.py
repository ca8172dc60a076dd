"""With a wheel and a finger, people come to the end of every page of ours.

Tours do not tell: a script scrolls what nobody can, as where a page is cut off without a bar.
"""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command

from ..common import PROFIT, SALES_MANAGER, ParetoHttpCase, PatientBrowser, new_test_user

DESKTOP, TABLET, PHONE = "1366x768", "768x1024", "390x844"
FAR = 20_000  # pixels: further than any page is long
SWIPES = 15  # each over most of the screen
# What is drawn last is in sight.
AT_THE_END = """
    const shown = [...document.querySelectorAll(".o_action_manager .o_content *")]
        .map((element) => element.getBoundingClientRect())
        .filter((box) => box.width && box.height);
    const end = Math.max(...shown.map((box) => box.bottom));
    if (end > window.innerHeight + 1) {
        console.error(`the page ends at ${end} of ${window.innerHeight} pixels`);
    } else {
        console.log("test successful");
    }
"""


class ScrollingBrowser(PatientBrowser):
    """A browser in which somebody turns the wheel, or swipes, before what is to be seen is looked at."""

    def _wait_code_ok(self, code, *args, **kwargs):
        width, height = (int(part) for part in self.test_case.browser_size.split(","))
        if self.test_case.touch_enabled:
            self._request("Emulation.setTouchEmulationEnabled", enabled=True)
            for _swipe in range(SWIPES):
                self._swipe_up(width // 2, height)
        else:
            at = {"x": width // 2, "y": height // 2}
            self._request("Input.dispatchMouseEvent", type="mouseWheel", deltaX=0, deltaY=FAR, **at)
        self._request("Runtime.evaluate", expression="new Promise((r) => setTimeout(r, 500))", awaitPromise=True)
        return super()._wait_code_ok(code, *args, **kwargs)

    def _swipe_up(self, x, height):
        """Move a finger from near the lower edge to near the upper one, and leave it there: the page does not glide."""
        self._touch("touchStart", x, height * 0.9)
        for part in (0.7, 0.5, 0.3, 0.1, 0.1):
            self._touch("touchMove", x, height * part)
        self._request("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def _touch(self, kind, x, y):
        self._request("Input.dispatchTouchEvent", type=kind, touchPoints=[{"x": x, "y": int(y)}])

    def _request(self, method, **params):
        return self._websocket_request(method, params=params)


class TestScrolling(ParetoHttpCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(patch("odoo.tests.common.ChromeBrowser", ScrollingBrowser))
        new_test_user(self.env, login="berta", groups=f"{SALES_MANAGER},{PROFIT}")
        self.sell()

    def sell(self):
        """To many customers, each reached by a campaign of its own: more rows than any screen shows."""
        now = fields.Datetime.now()
        moves = self.env["account.move"]
        for number in range(40):
            customer = self.env["res.partner"].create({"name": f"Customer {number}", "is_company": True})
            campaign = self.env["utm.campaign"].create({"title": f"Campaign {number}"})
            touch = {"name": "Met", "partner_id": customer.id, "date": now - timedelta(days=3)}
            self.env["crm.pareto.touch"].create({**touch, "campaign_id": campaign.id, "direction": "in"})
            line = {"name": "Gauge", "quantity": 1, "price_unit": 1000 - number, "tax_ids": [Command.clear()]}
            move = {"move_type": "out_invoice", "partner_id": customer.id, "invoice_date": fields.Date.today()}
            moves += moves.create({**move, "invoice_line_ids": [Command.create(line)]})
        moves.action_post()
        self.env["crm.pareto.recompute"]._recompute(self.env.company)
        self.env["crm.pareto.attribution"]._recompute(self.env.company)

    def test_every_page_is_scrolled_to_its_end(self):
        actions = self.env["ir.actions.client"].search([("tag", "=like", "crm_pareto.%")])
        self.assertEqual({"crm_pareto.pareto_page", "crm_pareto.return_page"}, set(actions.mapped("tag")))
        for action in actions:
            for size, touch in ((DESKTOP, False), (TABLET, True), (PHONE, True)):
                self.browser_size, self.touch_enabled = size, touch
                with self.subTest(page=action.tag, size=size):
                    ready = "document.querySelectorAll('.o_action_manager .o_content canvas').length > 0"
                    self.browser_js(f"/odoo/action-{action.id}", AT_THE_END, ready, login="berta")
