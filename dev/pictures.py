"""The README's pictures, made from the running product: `make pictures` runs this with pytest on the demo databases.

Each picture is a screen of Odoo's own web client, taken by the browser that Odoo's tests drive.
"""

import base64
import os
from unittest.mock import patch

from odoo.tests.common import ChromeBrowser

from tests.common import ParetoHttpCase

from .paths import ROOT

FOLDER = ROOT / "docs"
# Waits for the screen to be there and its pictures loaded; then Odoo's browser goes on.
WAIT_FOR = """
    (async () => {
        const until = async (found) => {
            while (!found()) await new Promise((resolve) => setTimeout(resolve, 100));
        };
        await until(() => document.querySelector(%(selector)r));
        const click = %(click)r;
        if (click) {
            await until(() => document.querySelector(click));
            document.querySelector(click).click();
        }
        await new Promise((resolve) => setTimeout(resolve, 1500));
        document.activeElement.blur();
        console.log("test successful");
    })();
"""


class PictureCase(ParetoHttpCase):
    """One screen a test."""

    browser_size = "1366x900"

    def setUp(self):
        super().setUp()
        for company in self.env["res.company"].search([]):
            self.env["crm.pareto.recompute"]._recompute(company)

    def take(self, name, path, selector, login, click=""):
        """Open a screen as a person, wait for what `selector` finds, and keep what it looks like."""
        wait = ChromeBrowser._wait_code_ok

        def wait_and_take(browser, *args, **kwargs):
            wait(browser, *args, **kwargs)
            answer = browser._websocket_request("Page.captureScreenshot", params={"format": "png"})
            FOLDER.mkdir(exist_ok=True)
            (FOLDER / f"{name}.png").write_bytes(base64.b64decode(answer["data"]))

        with patch.object(ChromeBrowser, "_wait_code_ok", wait_and_take):
            code = WAIT_FOR % {"selector": selector, "click": click}
            self.browser_js(path, code, ready="odoo.isReady === true", login=login, timeout=120)


if os.environ.get("PICTURES") == "company":

    class TestCompanyPictures(PictureCase):
        """The demo company."""

        def test_pareto(self):
            self.take("pareto", "/odoo/pareto", ".o_pareto_movers", "manager")

        def test_customers(self):
            self.take("customers", "/odoo/customer-value", ".o_data_row", "manager")

        def test_customer(self):
            company = self.env["res.users"].search([("login", "=", "manager")]).company_id
            best = self.env["crm.pareto.customer"].search([("company_id", "=", company.id)], limit=1)
            self.browser_size = "1366x1150"
            path = f"/odoo/res.partner/{best.partner_id.id}"
            self.take("customer", path, ".o_form_view", "manager", click="a[name=pareto]")


if os.environ.get("PICTURES") == "cdnow":

    class TestCdnowPictures(PictureCase):
        """The public CDNOW purchase histories."""

        def test_pareto(self):
            self.take("pareto-cdnow", "/odoo/pareto", ".o_pareto_tiers", "manager")
