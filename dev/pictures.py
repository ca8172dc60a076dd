"""The README's pictures, made from the running product: `make pictures` runs this with pytest on the demo databases.

Each picture is a screen of Odoo's own web client, taken by the browser that Odoo's tests drive.
"""

import base64
import os
from unittest.mock import patch

from odoo.fields import Command
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
        for (const click of %(click)r) {
            await until(() => document.querySelector(click));
            document.querySelector(click).click();
        }
        await until(() => document.querySelector(%(shows)r));
        await new Promise((resolve) => setTimeout(resolve, 1500));
        document.activeElement.blur();
        console.log("test successful");
    })();
"""


class PictureCase(ParetoHttpCase):
    """One screen a test."""

    browser_size = "1366x900"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for company in cls.env["res.company"].search([]):
            cls.env["crm.pareto.recompute"]._recompute(company)
            cls.env["crm.pareto.attribution"]._recompute(company)
            cls.env["crm.pareto.repeat"]._recompute(company)
            cls.env["crm.pareto.pairing"]._recompute(company)

    def take(self, name, path, selector, login, click=(), shows="body"):
        """Open a screen as a person, wait for what `selector` finds, and keep what it looks like."""
        wait = ChromeBrowser._wait_code_ok

        def wait_and_take(browser, *args, **kwargs):
            wait(browser, *args, **kwargs)
            answer = browser._websocket_request("Page.captureScreenshot", params={"format": "png"})
            FOLDER.mkdir(exist_ok=True)
            (FOLDER / f"{name}.png").write_bytes(base64.b64decode(answer["data"]))

        with patch.object(ChromeBrowser, "_wait_code_ok", wait_and_take):
            code = WAIT_FOR % {"selector": selector, "click": list(click), "shows": shows}
            self.browser_js(path, code, ready="odoo.isReady === true", login=login, timeout=120)


if os.environ.get("PICTURES") == "company":

    class TestCompanyPictures(PictureCase):
        """The demo company."""

        def test_pareto(self):
            self.take("pareto", "/odoo/pareto", ".o_pareto_movers", "manager")

        def test_profit_after_service(self):
            served = ["[aria-label=Measure] .btn:nth-child(3)"]
            shows = "[aria-label=Measure] .btn-primary:nth-child(3)"
            self.take("profit-after-service", "/odoo/pareto", ".o_pareto_tiers", "manager", click=served, shows=shows)

        def test_customers(self):
            self.take("customers", "/odoo/customer-value", ".o_data_row", "manager")

        def test_customer(self):
            company = self.env["res.users"].search([("login", "=", "manager")]).company_id
            best = self.env["crm.pareto.customer"].search([("company_id", "=", company.id)], limit=1)
            self.browser_size = "1366x1150"
            path = f"/odoo/res.partner/{best.partner_id.id}"
            self.take("customer", path, ".o_form_view", "manager", click=["a[name=pareto]"])

        def test_repeat_orders(self):
            self.take("repeat-orders", "/odoo/repeat-orders", ".o_data_row", "manager")

        def test_plan(self):
            self.take("my-plan", "/odoo/my-plan", ".o_kanban_record", "manager")

        def test_hand_over(self):
            users = self.env["res.users"].search([("login", "in", ("sales", "manager", "admin"))])
            sales, manager, admin = (
                users.filtered_domain([("login", "=", name)]) for name in ("sales", "manager", "admin")
            )
            tier = self.env["crm.pareto.tier"]._for_company(manager.company_id)[:1]
            shares = [
                {"user_id": manager.id, "tier_ids": tier.ids, "sequence": 1},
                {"user_id": admin.id, "sequence": 2},
            ]
            handover = self.env["crm.pareto.handover"].create(
                {
                    "from_user_id": sales.id,
                    "company_id": manager.company_id.id,
                    "share_ids": [Command.create(share) for share in shares],
                }
            )
            self.take("hand-over", f"/odoo/hand-overs/{handover.id}", ".o_form_view .o_data_row", "manager")

        def test_audience(self):
            manager = self.env["res.users"].search([("login", "=", "manager")])
            audience = self.env["crm.pareto.audience"].create(
                {
                    "name": "Big and Silent",
                    "user_id": manager.id,
                    "company_id": manager.company_id.id,
                    "domain": "[('turnover_rank', '<=', 30), ('partner_id.pareto_is_overdue', '=', True)]",
                }
            )
            self.take("audience", f"/odoo/audiences/{audience.id}", ".o_form_view", "manager")

        def test_suggestions(self):
            manager = self.env["res.users"].search([("login", "=", "manager")])
            orders = self.env["sale.order"].with_user(manager).with_company(manager.company_id)
            drafts = orders.search([("state", "in", ("draft", "sent")), ("company_id", "=", manager.company_id.id)])
            order = max(drafts, key=lambda draft: len(draft.pareto_pairing_ids))
            self.browser_size = "1366x1150"
            self.take("suggestions", f"/odoo/sale.order/{order.id}", "[name=pareto_suggestions] .o_data_row", "manager")

        def test_buying_centre(self):
            company = self.env["res.users"].search([("login", "=", "manager")]).company_id
            roles = self.env["crm.pareto.role"]._read_group(
                [("partner_id", "!=", False), ("partner_id.company_id", "in", (False, company.id))],
                ["partner_id"],
                ["__count"],
                order="__count desc, partner_id",
                limit=1,
            )
            path = f"/odoo/res.partner/{roles[0][0].id}"
            self.take("buying-centre", path, ".o_form_view", "manager", click=["a[name=pareto_centre]"])

        def test_treatment(self):
            tier = self.env["crm.pareto.tier"].search([], limit=1)
            self.take("treatment", f"/odoo/crm.pareto.tier/{tier.id}", ".o_form_view", "manager")

        def test_thin_threads(self):
            self.take("thin-threads", "/odoo/thin-threads", ".o_list_view", "manager")

        def test_return(self):
            self.browser_size = "1366x1150"
            self.take("marketing-return", "/odoo/marketing-return", ".o_pareto_returns", "manager")
            self.browser_size = "390x1400"
            self.take("marketing-return-phone", "/odoo/marketing-return", ".o_pareto_returns", "manager")

        def test_history(self):
            path, history = f"/odoo/res.partner/{self.busiest().id}", "a[name=pareto_history]"
            self.browser_size = "1366x1700"
            self.take("history", path, ".o_form_view", "manager", click=[history], shows=".o_pareto_touch")
            self.browser_size = "390x1700"
            self.take("history-phone", path, ".o_form_view", "manager", click=[history], shows=".o_pareto_touch")

        def test_log_touch(self):
            path, clicks = f"/odoo/res.partner/{self.busiest().id}", ["a[name=pareto_history]", ".o_pareto_log"]
            self.take("log-touch", path, ".o_form_view", "manager", click=clicks, shows=".modal [name=name]")
            self.browser_size = "390x844"
            self.take("log-touch-phone", path, ".o_form_view", "manager", click=clicks, shows=".modal [name=name]")

        def test_campaign(self):
            fair = self.env["utm.campaign"].search([("title", "like", "MessTech")], order="id", limit=1)
            self.browser_size = "1366x1000"
            path, clicks = f"/odoo/utm.campaign/{fair.id}", ["a[name=pareto_return]"]
            self.take("campaign", path, ".o_form_view", "manager", click=clicks, shows="[name=pareto_revenue]")

        def test_campaign_bill(self):
            fair = self.env["utm.campaign"].search([("title", "like", "MessTech")], order="id", limit=1)
            lines = self.env["account.move.line"].search([("pareto_campaign_ids", "in", fair.ids)])
            bill = lines.filtered(lambda line: len(line.pareto_campaign_ids) == 2).move_id[:1]
            self.browser_size = "1700x900"
            self.take("campaign-bill", f"/odoo/account.move/{bill.id}", ".o_data_row .o_tag", "accountant")

        def test_invoices_to_link(self):
            self.take("invoices-to-link", "/odoo/invoices-to-link", ".o_data_row", "accountant")

        def test_reconciliation(self):
            self.take("reconciliation", "/odoo/value-reconciliation", ".o_form_view [name=ledger]", "accountant")

        def busiest(self):
            """The customer with the most conversations that the sales manager sees."""
            manager = self.env["res.users"].search([("login", "=", "manager")])
            touchpoints = self.env["crm.pareto.touchpoint"].with_user(manager)
            known = [
                ("customer_id", "!=", False),
                ("company_id", "=", manager.company_id.id),
                ("conversation", "=", True),
            ]
            ((customer, _count),) = touchpoints._read_group(
                known, ["customer_id"], ["__count"], order="__count desc", limit=1
            )
            return customer


if os.environ.get("PICTURES") == "cdnow":

    class TestCdnowPictures(PictureCase):
        """The public CDNOW purchase histories."""

        def test_pareto(self):
            self.take("pareto-cdnow", "/odoo/pareto", ".o_pareto_tiers", "manager")

        def test_model(self):
            manager = self.env["res.users"].search([("login", "=", "manager")])
            model = self.env["crm.pareto.prediction"].search([("company_id", "=", manager.company_id.id)])
            self.browser_size = "1366x1700"
            path = f"/odoo/prediction-model/{model.id}"
            self.take("prediction-model-cdnow", path, ".o_pareto_holdout canvas", "manager")
