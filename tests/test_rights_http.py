"""What people tried over HTTP, with real sessions: each request that did harm once, and does none."""

from datetime import timedelta
from unittest.mock import patch
from urllib.parse import urljoin

from odoo import fields
from odoo.fields import Command
from odoo.tools import mute_logger

from .common import PROFIT, SALES_MANAGER, SALESPERSON, LedgerCase, ParetoHttpCase

REFUSED = "odoo.exceptions.AccessError"
USER_ERROR = "odoo.exceptions.UserError"
INVALID = "odoo.exceptions.ValidationError"
LOGS = ("odoo.http", "odoo.sql_db", "odoo.addons.base.models.ir_rule", "odoo.models", "odoo.domains")
PEOPLE = {
    "portal": "base.group_portal",
    "employee": "base.group_user",
    "salesperson": SALESPERSON,
    "manager": SALES_MANAGER,
    "controller": f"{SALES_MANAGER},{PROFIT}",
}


class RightsHttpCase(LedgerCase, ParetoHttpCase):
    """A company with customers, and people of each role who log in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.day = fields.Date.today() - timedelta(days=40)
        cls.partner = cls.new_partner("Birch", is_company=True)
        cls.other = cls.new_partner("Cedar", is_company=True)
        cls.invoice(cls.partner, (cls.product, 3, 100), day=cls.day)
        cls.invoice(cls.other, (cls.product, 1, 100), day=cls.day)
        cls.recompute(as_of=fields.Date.today())
        with mute_logger("odoo.addons.auth_signup.models.res_users"):
            cls.people = {login: cls.new_user(login, groups) for login, groups in PEOPLE.items()}
        for login, user in cls.people.items():
            user.write(
                {"company_ids": [Command.set(cls.company.ids)], "company_id": cls.company.id, "password": login * 2}
            )

    def post(self, login, path, params):
        """(result, what was said instead) of a request in a session of that person."""
        self.env.flush_all()
        self.authenticate(login, login * 2)
        request = {"id": 0, "jsonrpc": "2.0", "method": "call", "params": params}
        with mute_logger(*LOGS):
            answer = self.opener.post(urljoin(self.base_url(), path), json=request, timeout=60).json()
        self.env.invalidate_all(flush=False)
        return answer.get("result"), answer.get("error", {}).get("data", {})

    def call(self, login, model, method, *args, context=None, **kwargs):
        """What a person's call of a method comes back with."""
        context = {"allowed_company_ids": self.company.ids, **(context or {})}
        params = {"model": model, "method": method, "args": list(args), "kwargs": {**kwargs, "context": context}}
        return self.post(login, f"/web/dataset/call_kw/{model}/{method}", params)

    def assert_refused(self, answer, name=REFUSED):
        result, said = answer
        self.assertEqual(name, said.get("name"), said.get("message") or result)

    def get(self, login, model, method, *args, **kwargs):
        """The result of a call that is not refused."""
        result, said = self.call(login, model, method, *args, **kwargs)
        self.assertFalse(said, said.get("message"))
        return result


class TestScheduledActions(RightsHttpCase):
    def actions(self):
        """Our scheduled actions' server actions."""
        data = self.env["ir.model.data"].search([("module", "=", "crm_pareto"), ("model", "=", "ir.cron")])
        return self.env["ir.cron"].browse(data.mapped("res_id")).ir_actions_server_id

    def test_there_are_some(self):
        self.assertGreaterEqual(len(self.actions()), 6)

    def test_nobody_runs_one_by_its_number(self):
        rows = self.env["crm.pareto.customer"].search([]).mapped("turnover")
        forged = {"pareto_scheduled": True, "cron_id": 1, "pareto_customers": [self.partner.id]}
        for login in PEOPLE:
            for action in self.actions():
                for context in ({}, forged):
                    with self.subTest(login=login, action=action.name):
                        params = {"action_id": action.id, "context": context}
                        self.assert_refused(self.post(login, "/web/action/run", params))
        self.assertEqual(rows, self.env["crm.pareto.customer"].search([]).mapped("turnover"))

    def test_nor_does_the_method_run_for_anybody(self):
        for name, model in self.env.registry.items():
            for method in dir(model) if name.startswith("crm.pareto.") else ():
                if method.startswith("_cron_"):
                    for login in PEOPLE:
                        with self.subTest(method=f"{name}.{method}", login=login):
                            self.assert_refused(self.call(login, name, method))

    def test_what_opens_a_page_asks_for_its_group(self):
        for name, logins in (
            ("crm_pareto_plan_server_action", ("portal", "employee")),
            ("crm_pareto_plan_team_server_action", ("portal", "employee", "salesperson")),
            ("crm_pareto_reconciliation_server_action", ("portal", "employee", "salesperson", "manager")),
        ):
            for login in logins:
                params = {"action_id": self.env.ref(f"crm_pareto.{name}").id}
                with self.subTest(name=name, login=login):
                    self.assert_refused(self.post(login, "/web/action/run", params))


class TestContexts(RightsHttpCase):
    def test_a_snapshot_is_of_all_customers_whatever_the_context_of_who_asks_for_it(self):
        context = {"pareto_customers": [self.other.id], "pareto_lines": [1]}
        asked = ("customer", "24", str(fields.Date.today() - timedelta(days=1)))
        snapshot = self.get("salesperson", "crm.pareto.page", "open_window", *asked, context=context)
        figures = self.get("manager", "crm.pareto.page", "get_figures", "customer", "turnover", snapshot)
        self.assertEqual((2, 400), (figures["count"], figures["net"]))

    def test_nor_does_it_steer_a_recompute(self):
        context = {
            "pareto_customers": [self.other.id],
            "pareto_referrers": [1],
            "pareto_reach": {"family": [1]},
            "tz": "Pacific/Kiritimati",
        }
        with patch.object(type(self.env["crm.pareto.page"]), "_tell"):
            self.get("manager", "crm.pareto.page", "recompute", context=context)
        rows = self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)])
        self.assertEqual(400, sum(rows.mapped("turnover")))
        self.get("manager", "crm.pareto.return.page", "recompute", context=context)
        totals = self.get("manager", "crm.pareto.return.page", "get_figures")["totals"]
        self.assertEqual(400, totals["revenue"])

    def test_everything_is_computed_no_oftener_than_it_takes(self):
        run = self.env["crm.pareto.run"]._standing(self.company, "customer")
        run.write({"full_at": fields.Datetime.now(), "seconds": 600})
        self.assert_refused(self.call("manager", "crm.pareto.page", "recompute"), USER_ERROR)
        self.env["crm.pareto.run"]._standing(self.company, "attribution").write(
            {"full_at": fields.Datetime.now(), "seconds": 600}
        )
        self.assert_refused(self.call("manager", "crm.pareto.return.page", "recompute"), USER_ERROR)

    def test_of_a_person_s_snapshots_the_last_ten_are_kept(self):
        for days in range(1, 14):
            day = str(fields.Date.today() - timedelta(days=days))
            self.get("salesperson", "crm.pareto.page", "open_window", "customer", "24", day)
        kept = self.env["crm.pareto.run"].search([("user_id", "=", self.people["salesperson"].id)])
        self.assertEqual(10, len(kept))
        self.assertEqual(fields.Date.today() - timedelta(days=13), min(kept.mapped("as_of")))


class TestFigures(RightsHttpCase):
    def asks(self, login, path):
        """Whether a person finds a record of his or her own by a figure of a customer who follows it."""
        vals = {"name": "Mine", "start": "2026-12-01 10:00:00", "stop": "2026-12-01 11:00:00"}
        [event] = self.get(login, "calendar.event", "create", [vals])
        self.get(login, "calendar.event", "message_subscribe", [event], self.partner.ids)
        domain = [["id", "=", event], [f"message_partner_ids.{path}", ">", 1]]
        return self.call(login, "calendar.event", "search_count", domain)

    def test_no_employee_finds_a_figure_by_a_follower(self):
        for path in ("pareto_profit", "pareto_turnover", "pareto_value_id.turnover"):
            with self.subTest(path=path):
                self.assert_refused(self.asks("employee", path))

    def test_no_salesperson_finds_the_profit_by_one(self):
        for path in ("pareto_profit", "pareto_lifetime_value", "pareto_served_profit", "pareto_value_id.profit"):
            with self.subTest(path=path):
                self.assert_refused(self.asks("salesperson", path))
        self.assertEqual(1, self.asks("controller", "pareto_profit")[0])

    def test_nobody_asks_by_what_a_client_formats(self):
        """A text as the number of a touch was formatted: 400 MB of one request, before any right was asked."""
        wide = "%0400000000d"
        for login in ("employee", "salesperson"):
            for method, args in (
                ("search_count", [[["id", "in", [wide]]]]),
                ("search_read", [[["id", "=", wide]], ["title"]]),
                ("read", [[wide], ["title"]]),
                ("web_read", [[wide], {"title": {}}]),
                ("action_open_document", [[wide]]),
            ):
                with self.subTest(login=login, method=method):
                    self.assert_refused(self.call(login, "crm.pareto.touchpoint", method, *args), USER_ERROR)

    def test_the_plan_is_ranked_by_what_its_reader_sees(self):
        """Of a customer with little turnover and much profit nobody learns by the order of the lines."""
        plan = self.env["crm.pareto.plan"]
        seller, controller = (plan.with_user(self.people[login])._by_margin() for login in ("manager", "controller"))
        self.assertEqual((False, True), (seller, controller))
