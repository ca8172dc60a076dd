"""What people tried over HTTP, with real sessions: each request that did harm once, and does none."""

from datetime import timedelta
from unittest.mock import patch
from urllib.parse import urljoin

from odoo import SUPERUSER_ID, fields
from odoo.addons.crm_pareto.models.common.tools.ours import by_mail
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tools import mute_logger

from ..common import PROFIT, SALES_MANAGER, SALESPERSON, LedgerCase, ParetoHttpCase

REFUSED = "odoo.exceptions.AccessError"
USER_ERROR = "odoo.exceptions.UserError"
INVALID = "odoo.exceptions.ValidationError"
LOGS = ("odoo.http", "odoo.sql_db", "odoo.addons.base.models.ir_rule", "odoo.models", "odoo.domains")
LEFT_OUT = "odoo.addons.crm_pareto.models.history.mail_thread"
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

    def post(self, login, path, params, debug=""):
        """(result, what was said instead) of a request in a session of that person."""
        self.env.flush_all()
        self.authenticate(login, login * 2, session_extra={"debug": debug})
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

    def test_a_refusal_names_nothing_of_what_it_refuses(self):
        """In debug mode, which anybody may turn on, Odoo names the records: ours are called by figures."""
        values = {"user_id": self.people["manager"].id, "partner_id": self.partner.id, "date": self.day, "minutes": 5}
        why = {"company_id": self.company.id, "why": "buys every 12 days", "state": "accepted"}
        decision = self.env["crm.pareto.plan.decision"].create({**values, **why})
        self.partner.user_id = self.people["manager"]
        row = self.env["crm.pareto.customer"].search([("partner_id", "=", self.partner.id)])
        for record, secret in ((decision, "12 days"), (row, "Birch")):
            context = {"context": {"allowed_company_ids": self.company.ids}}
            params = {"model": record._name, "method": "read", "args": [record.ids, ["company_id"]], "kwargs": context}
            answer = self.post("salesperson", f"/web/dataset/call_kw/{record._name}/read", params, debug="1")
            with self.subTest(model=record._name):
                self.assert_refused(answer)
                self.assertNotIn(secret, answer[1]["message"])

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


class TestPlans(RightsHttpCase):
    def test_no_line_of_a_plan_is_made_by_hand(self):
        vals = {
            "user_id": self.people["salesperson"].id,
            "company_id": self.company.id,
            "first_day": "2020-01-01",
            "day": "0",
            "partner_id": self.partner.id,
            "name": "forged",
            "why": "I promised 50 %",
            "minutes": -100_000,
        }
        for login in ("employee", "salesperson", "manager"):
            with self.subTest(login=login):
                self.assert_refused(self.call(login, "crm.pareto.plan.line", "create", [vals]))
        self.assert_refused(self.call("salesperson", "crm.pareto.plan.decision", "create", [vals]))

    def test_a_plan_of_the_year_9999_is_not_started(self):
        plan = self.env["mail.activity.plan"].create(
            {
                "name": "Care",
                "res_model": "res.partner",
                "template_ids": [
                    Command.create(
                        {
                            "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                            "summary": "call",
                            "responsible_type": "on_demand",
                        }
                    )
                ],
            }
        )
        [audience] = self.get(
            "salesperson", "crm.pareto.audience", "create", [{"name": "All", "company_id": self.company.id}]
        )
        vals = {"audience_id": audience, "plan_id": plan.id, "user_id": self.people["salesperson"].id}
        for day in ("9999-12-31", "0001-01-01"):
            answer = self.call("salesperson", "crm.pareto.start.plan", "create", [{**vals, "date": day}])
            with self.subTest(day=day):
                self.assert_refused(answer, INVALID)


class TestCompanies(RightsHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.abroad = cls.new_company("Alder Inc", "USD")
        cls.foreigner = cls.new_user("foreigner", SALES_MANAGER)
        cls.foreigner.write(
            {
                "company_ids": [Command.set(cls.abroad.ids)],
                "company_id": cls.abroad.id,
                "password": "foreigner" * 2,
            }
        )
        cls.hidden = cls.new_partner("Hidden", company_id=cls.abroad.id, email="hidden@abroad.example")

    def test_a_shared_tier_belongs_to_no_one_company_s_manager(self):
        shared = self.env["crm.pareto.tier"].create({"name": "Shared", "bound": 0.123})
        shared.company_id = False
        for days in (30, 800_000, 2**31 - 1):
            with self.subTest(days=days):
                result, said = self.call("manager", "crm.pareto.tier", "write", [shared.id], {"touch_days": days})
                self.assertIn(said.get("name"), (REFUSED, USER_ERROR, INVALID), result)

    def test_a_tier_of_one_s_own_has_bounds(self):
        vals = {"name": "Own", "bound": 0.5, "company_id": self.company.id, "touch_days": 800_000}
        self.assert_refused(self.call("manager", "crm.pareto.tier", "create", [vals]), INVALID)

    def test_nobody_gives_a_contact_of_another_company_a_role(self):
        vals = {"role": "decides", "contact_id": self.hidden.id, "partner_id": self.partner.id}
        result, said = self.call("salesperson", "crm.pareto.role", "create", [vals])
        self.assertIn(said.get("name"), (REFUSED, INVALID), result)

    def test_nobody_learns_by_what_may_be_there_once_only_that_it_is(self):
        """As a default that a client sends, by name in a text, and when a row of one's own is moved there, too."""
        contact = self.new_partner("Ada", parent_id=self.partner.id)
        other_product = self.new_product("Other")
        deal = self.env["crm.lead"].create({"name": "Deal", "user_id": self.people["manager"].id})
        here, abroad = {"company_id": self.company.id}, {"company_id": self.abroad.id}
        on_deal, of_customer = {"lead_id": deal.id, "contact_id": contact.id}, {"partner_id": self.partner.id, **abroad}
        there = (
            ("salesperson", "crm.pareto.role", on_deal, "role", "decides", "pays"),
            ("salesperson", "crm.pareto.dismissal", of_customer, "product_id", self.product.id, other_product.id),
            ("manager", "crm.pareto.retention", abroad, "channel", "phone", "meeting"),
            ("manager", "crm.pareto.tier", {"name": "Theirs", **abroad}, "bound", 0.37, 0.38),
        )
        for login, model, vals, name, taken, free in there:
            self.env[model].create({**vals, name: taken})
            hidden = next(iter(vals.keys() & {"lead_id", "company_id"}))
            as_text, by_default = {**vals, hidden: str(vals[hidden])}, {k: v for k, v in vals.items() if k != hidden}
            for value in (taken, free):
                with self.subTest(model=model, value=value):
                    self.assert_refused(self.call(login, model, "create", [{**vals, name: value}]))
                    self.assert_refused(self.call(login, model, "create", [{**as_text, name: value}]))
                    if model == "crm.pareto.dismissal":
                        continue  # takes no defaults, and nobody moves one
                    context = {f"default_{hidden}": vals[hidden]}
                    answer = self.call(login, model, "create", [{**by_default, name: value}], context=context)
                    self.assert_refused(answer)
        own = self.get("manager", "crm.pareto.tier", "create", [{"name": "Own", "bound": 0.37, **here}])
        self.assert_refused(self.call("manager", "crm.pareto.tier", "write", own, {"company_id": self.abroad.id}))

    def test_a_contact_that_moves_to_another_company_leaves_the_forms_readable(self):
        contact = self.new_partner("Bea", parent_id=self.partner.id)
        self.env["crm.pareto.role"].create({"role": "decides", "contact_id": contact.id, "partner_id": self.partner.id})
        contact.write({"parent_id": False, "company_id": self.abroad.id})
        names = ("pareto_decides_ids", "pareto_role_ids")
        spec = {"name": {}, "pareto_no_decider": {}, "pareto_centre_warning": {}}
        spec |= {name: {"fields": {"display_name": {}}} for name in names}
        for login in ("salesperson", "manager"):
            with self.subTest(login=login):
                [row] = self.get(login, "res.partner", "web_read", [self.partner.id], spec)
                self.assertNotIn("Bea", str(row))

    def test_nobody_takes_over_people_of_another_company(self):
        here = self.people["salesperson"]
        share = Command.create({"user_id": self.foreigner.id})
        vals = {"from_user_id": here.id, "company_id": self.abroad.id, "reason": "leaves", "share_ids": [share]}
        self.authenticate("foreigner", "foreigner" * 2)
        params = {"model": "crm.pareto.handover", "method": "create", "args": [[vals]]}
        params["kwargs"] = {"context": {"allowed_company_ids": self.abroad.ids}}
        self.assert_refused(self.post("foreigner", "/web/dataset/call_kw/crm.pareto.handover/create", params), INVALID)

    def test_and_nothing_is_handed_to_the_portal_or_to_another_company(self):
        for receiver in (self.people["portal"], self.foreigner):
            vals = {
                "from_user_id": self.people["salesperson"].id,
                "company_id": self.company.id,
                "share_ids": [Command.create({"user_id": receiver.id})],
            }
            with self.subTest(receiver=receiver.login):
                self.assert_refused(self.call("manager", "crm.pareto.handover", "create", [vals]), INVALID)

    def test_the_receipt_and_the_state_of_a_hand_over_are_the_buttons_alone(self):
        to = self.people["controller"]
        vals = {
            "from_user_id": self.people["salesperson"].id,
            "company_id": self.company.id,
            "share_ids": [Command.create({"user_id": to.id})],
        }
        self.partner.user_id = self.people["salesperson"]
        [handover] = self.get("manager", "crm.pareto.handover", "create", [vals])
        self.get("manager", "crm.pareto.handover", "action_hand_over", [handover])
        share = self.env["crm.pareto.handover"].browse(handover).share_ids
        for model, id_, values in (
            ("crm.pareto.handover.share", share.id, {"confirmed_on": "2026-01-01 00:00:00"}),
            ("crm.pareto.handover.share", share.id, {"customer_count": 999}),
            ("crm.pareto.handover", handover, {"done_on": "2026-01-01 00:00:00"}),
            ("crm.pareto.handover", handover, {"state": "draft"}),
            ("crm.pareto.handover", handover, {"share_ids": [[1, share.id, {"customer_count": 1}]]}),
        ):
            with self.subTest(values=values):
                result, said = self.call("manager", model, "write", [id_], values)
                self.assertIn(said.get("name"), (REFUSED, USER_ERROR, INVALID), result)
        chatter = str(self.partner.message_ids.mapped("body"))
        for secret in ("300", "Turnover", "turnover", "Tier"):
            self.assertNotIn(secret, chatter)


class TestWhatIsWrittenDown(RightsHttpCase):
    def test_a_touch_is_one_s_own_and_of_a_day_that_there_was(self):
        vals = {"name": "Talk", "partner_id": self.partner.id, "company_id": self.company.id, "channel": "phone"}
        boss = self.people["manager"]
        for values in ({"user_id": boss.id}, {"date": "0001-01-01 00:00:00"}):
            result, said = self.call("salesperson", "crm.pareto.touch", "create", [{**vals, **values}])
            with self.subTest(values=values):
                self.assertIn(said.get("name"), (REFUSED, USER_ERROR, INVALID), result)
        forged = {"default_user_id": boss.id}
        self.assert_refused(self.call("salesperson", "crm.pareto.touch", "create", [vals], context=forged))
        [touch] = self.get("salesperson", "crm.pareto.touch", "create", [vals])
        self.assertEqual(self.people["salesperson"], self.env["crm.pareto.touch"].browse(touch).user_id)

    def test_who_decided_a_tier_is_who_wrote_it(self):
        tier = self.env["crm.pareto.tier"].search([("company_id", "in", (False, self.company.id))], limit=1)
        vals = {"partner_id": self.partner.id, "tier_id": tier.id, "reason": "x", "company_id": self.company.id}
        vals["user_id"] = self.people["controller"].id
        [decision] = self.get("manager", "crm.pareto.manual.tier", "create", [vals])
        self.assertEqual(self.people["manager"], self.env["crm.pareto.manual.tier"].browse(decision).user_id)

    def test_no_default_credits_an_invoice_to_somebody(self):
        """Not by a purchaser's bill, nor by the invoice that Odoo makes with sudo of a salesperson's order."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.other.id,
                "user_id": self.people["salesperson"].id,
                "company_id": self.company.id,
                "order_line": [Command.create({"product_id": self.product.id, "product_uom_qty": 1, "price_unit": 10})],
            }
        )
        order.action_confirm()
        context = {"default_pareto_customer_id": self.partner.id, "active_ids": order.ids, "active_id": order.id}
        context["active_model"] = "sale.order"
        [wizard] = self.get("salesperson", "sale.advance.payment.inv", "create", [{}], context=context)
        self.get("salesperson", "sale.advance.payment.inv", "create_invoices", [wizard], context=context)
        self.assertTrue(order.invoice_ids)
        self.assertFalse(order.invoice_ids.pareto_customer_id)


class TestPortal(RightsHttpCase):
    def test_a_customer_reads_and_comments_the_own_invoices(self):
        invoice = self.invoice(self.people["portal"].partner_id, (self.product, 1, 10), day=self.day)
        self.env.flush_all()
        self.env.invalidate_all()
        self.authenticate("portal", "portal" * 2)
        for path in ("/my", "/my/invoices", f"/my/invoices/{invoice.id}", "/my/orders"):
            self.assertEqual(200, self.url_open(path).status_code, path)
        said = {"body": "When is it due?", "message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        request = {"thread_model": "account.move", "thread_id": invoice.id, "post_data": said}
        _result, error = self.post("portal", "/mail/message/post", request)
        self.assertFalse(error, error.get("message"))
        self.assertIn("When is it due?", invoice.message_ids[0].body)


class TestMails(RightsHttpCase):
    def test_nobody_brings_a_mail_that_makes_a_hand_over_or_an_audience(self):
        """Odoo lets every employee say what a mail that comes in is to make, and makes it with sudo."""
        mail = "From: x@y.example\nTo: z@y.example\nSubject: s\nMessage-Id: <{}@y.example>\n\nText\n"
        manager = self.people["manager"]
        values = {
            "crm.pareto.handover": {"company_id": self.company.id, "from_user_id": manager.id, "state": "done"},
            "crm.pareto.audience": {"company_id": self.company.id, "user_id": manager.id, "name": "All"},
        }
        for login in ("employee", "salesperson", "manager"):
            for model, what in values.items():
                with self.subTest(login=login, model=model):
                    brought = mail.format(f"{login}{model}")
                    answer = self.call(login, "res.partner", "message_process", model, brought, custom_values=what)
                    self.assert_refused(answer, USER_ERROR)
                    self.assertFalse(self.env[model].search([("company_id", "=", self.company.id)]))

    def test_no_mail_sets_a_field_of_ours_at_whatever_depth(self):
        mail = "From: boss@x.example\nTo: z@y.example\nSubject: s\nMessage-Id: <{}@y.example>\n\nText\n"
        self.people["controller"].email = "boss@x.example"  # whom Odoo takes it for
        fair = self.env["utm.campaign"].create({"title": "Fair"})
        line = {"product_id": self.product.id, "pareto_campaign_ids": [Command.update(fair.id, {"title": "Hacked"})]}
        values = {
            "crm.lead": {"name": "x", "pareto_role_ids": [Command.clear()]},
            "sale.order": {"partner_id": self.partner.id, "order_line": [Command.create(line)]},
            "res.partner": {"name": "x", "invoice_ids": [Command.update(1, {"pareto_customer_id": self.other.id})]},
        }
        for model, what in values.items():
            with self.subTest(model=model), self.assertLogs(LEFT_OUT, "WARNING"):
                brought = mail.format(model)
                made = self.get("employee", "res.partner", "message_process", model, brought, custom_values=what)
                record = self.env[model].browse(made)
                self.assertTrue(record.exists())
                if model == "sale.order":
                    line = record.order_line
                    self.assertEqual((self.product, False), (line.product_id, bool(line.pareto_campaign_ids)))
        self.assertEqual("Fair", fair.title)

    def test_what_a_mail_cannot_set_is_no_default_of_an_alias(self):
        team = self.env["crm.team"].create({"name": "North", "company_id": self.company.id})
        defaults = {"alias_defaults": str({"pareto_referred_by_id": self.other.id, "type": "opportunity"})}
        self.assert_refused(self.call("manager", "crm.team", "write", team.ids, defaults), INVALID)
        self.get("manager", "crm.team", "write", team.ids, {"alias_defaults": "{'description': 'pareto_turnover'}"})

    def test_a_customer_s_mail_to_an_alias_is_lost_by_no_default_of_it(self):
        domain = self.env["mail.alias.domain"].create({"name": "us.example"})
        self.company.alias_domain_id = domain
        values = {"name": "North", "company_id": self.company.id, "alias_name": "north", "alias_domain_id": domain.id}
        team = self.env["crm.team"].create({**values, "use_leads": True})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_alias SET alias_defaults = %s WHERE id = %s",
            [str({"pareto_referred_by_id": self.other.id, "type": "opportunity"}), team.alias_id.id],
        )
        self.env.invalidate_all()
        mail = (
            "From: c@client.example\nTo: north@us.example\nSubject: Call me\nMessage-Id: <1@client.example>\n\nText\n"
        )
        with self.assertLogs(LEFT_OUT, "WARNING"):
            made = self.env["mail.thread"].with_user(SUPERUSER_ID).message_process(None, mail)
        lead = self.env["crm.lead"].browse(made)
        self.assertEqual(("Call me", "opportunity", False), (lead.name, lead.type, lead.pareto_referred_by_id.id))

    def test_no_mail_says_anything_on_a_hand_over_or_an_audience(self):
        """It says whom it is from, and nobody asks whether that is so."""
        audience = self.env["crm.pareto.audience"].create({"name": "All", "company_id": self.company.id})
        mail = "From: manager@x.example\nTo: z@y.example\nSubject: s\nMessage-Id: <1@y.example>\n\nReceipt confirmed.\n"
        answer = self.call("employee", "res.partner", "message_process", audience._name, mail, thread_id=audience.id)
        self.assert_refused(answer, USER_ERROR)
        self.assertNotIn("confirmed", str(audience.message_ids.mapped("body")))

    def test_a_mail_stores_no_question_in_the_name_of_whom_it_says_it_is_from(self):
        """Nor in that of OdooBot, which takes in those that a team's alias is for."""
        team = self.env["crm.team"].create({"name": "North", "company_id": self.company.id})
        asks = {"assignment_domain": "[('partner_id.pareto_profit', '>', 1000)]"}
        for user in (self.people["controller"], self.env.ref("base.user_root")):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                by_mail(team.with_user(user).sudo()).write(asks)


class TestCampaigns(RightsHttpCase):
    def test_no_salesperson_says_what_is_a_campaign_s_cost(self):
        """Odoo lets them change analytic accounts: what is posted there would count, or count no more."""
        campaign = self.env["utm.campaign"].create({"title": "Fair", "company_id": self.company.id})
        account = campaign._pareto_ensure_accounts()
        vals = {"name": "Rent", "plan_id": account.plan_id.id, "company_id": self.company.id}
        rent = account.create(vals)
        for login in ("salesperson", "manager", "controller"):
            for changed, to in ((rent, campaign.id), (account, False)):
                with self.subTest(login=login, to=to):
                    link = {"pareto_campaign_id": to}
                    self.assert_refused(self.call(login, "account.analytic.account", "write", changed.ids, link))
            made = [{**vals, "pareto_campaign_id": campaign.id}]
            self.assert_refused(self.call(login, "account.analytic.account", "create", made))
        self.assertEqual(account, campaign.pareto_account_ids)

    def test_whoever_odoo_lets_renames_a_campaign(self):
        for login in ("employee", "salesperson", "manager"):
            with self.subTest(login=login):
                campaign = self.get(login, "utm.campaign", "create", {"title": f"Fair of {login}"})
                self.get(login, "utm.campaign", "write", [campaign], {"title": "Other Fair"})
