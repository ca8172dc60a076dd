"""Whatever a client sends to a method of ours, it gets an answer or one clear line: no server error, and no SQL.

FUZZ_CALLS and FUZZ_SEED say how many calls, and which: `make fuzz`.
"""

import inspect
import os
import random
from urllib.parse import urljoin

from odoo.tools import mute_logger

from ..common import ParetoHttpCase
from .test_rights_matrix import RightsCase

SEED, CALLS = int(os.environ.get("FUZZ_SEED", 1)), int(os.environ.get("FUZZ_CALLS", 600))
CLEAR = {f"odoo.exceptions.{name}" for name in ("UserError", "AccessError", "ValidationError", "MissingError")}
SQL = ("select ", "psycopg", "traceback", "insert into", "operator does not exist", "invalid input syntax")
NASTY = (
    *(None, True, 0, -1, 1, 2**31, 2**63, 10**30, 1.5),
    *("", "x", "customer", "turnover", "12", "all", "revenue", "campaign", "res.partner", "phone", "'; DROP TABLE x"),
    *("%s%d", "%099999d", "{0}", "0001-01-01", "9999-12-31", "2026-06-30", "2026-02-30", "y" * 10_000),
    *([], [None], [1], ["x"], [[1]], {}, {"channel": "phone"}, {"channel": [1]}, {"x": {"y": []}}),
    *(["2026-06-30 00:00:00", 1], ["x", "y"], {"user_id": "x"}),
)
NO_IDS = ([], [0], [-1], [2**31], [10**30], [None], [True], ["x"], ["%099999d"], [[1]], [1, 1], {}, "x")


class TestFuzz(RightsCase, ParetoHttpCase):
    def call(self, model, method, args):
        """What a call says that is not clear; None where it is."""
        params = {"model": model, "method": method, "args": args, "kwargs": {"context": self.context}}
        request = {"id": 0, "jsonrpc": "2.0", "method": "call", "params": params}
        url = urljoin(self.base_url(), f"/web/dataset/call_kw/{model}/{method}")
        answer = self.opener.post(url, json=request, timeout=60).json()
        said = answer.get("error", {}).get("data")
        if said is None:
            return None
        unclear = said["name"] not in CLEAR or any(word in said["message"].lower() for word in SQL)
        return f"{said['name']}: {said['message']}" if unclear else None

    def arguments(self, model, method):
        """The arguments of a call: some as they should be, some not."""
        function, args = getattr(type(self.env[model]), method), []
        if not getattr(function, "_api_model", False):
            args.append(self.choose(NO_IDS, self.ids[model]))
        parameters = list(inspect.signature(function).parameters.values())[1:]
        needed = sum(parameter.default is parameter.empty for parameter in parameters)
        right = [*self.here.arguments(model, method), *[None] * len(parameters)]
        given = self.random.randint(needed, len(parameters))
        return args + [self.choose(NASTY, value) for value in right[:given]]

    def choose(self, wrong, right):
        return right if right is not None and self.random.random() < 0.4 else self.random.choice(wrong)

    def test_every_method_answers_or_says_what_is_wrong(self):
        self.random = random.Random(SEED)  # noqa: S311 -- to have the same again
        methods = self.methods()
        user = self.alone["Admin"]
        self.context = {"allowed_company_ids": self.company.ids}
        self.ids = {model: self.started(self.of(user), model) for model, _method in methods}
        self.log_in()
        with mute_logger("odoo.http", "odoo.sql_db", "odoo.addons.base.models.ir_rule", "odoo.models", "odoo.domains"):
            for number in range(CALLS):
                model, method = methods[number % len(methods)] if number < len(methods) else self.random.choice(methods)
                args = self.arguments(model, method)
                with self.subTest(number=number, model=model, method=method, args=str(args)[:300]):
                    self.assertIsNone(self.call(model, method, args))

    def log_in(self):
        user = self.alone["Admin"]
        user.password = "Admin 1"
        self.authenticate(user.login, "Admin 1")

    def test_what_a_form_is_opened_from_may_be_anything(self):
        """A context is whatever a client sends."""
        self.log_in()
        models = ("log.touch", "set.tier", "audience", "link.invoices", "start.plan", "handover")
        names = {"active_ids": NASTY, "active_domain": NASTY, "active_model": (["x"], {}, 1, None, "crm.lead")}
        sent = [(name, value) for name, values in names.items() for value in values]
        opened = {"active_model": "crm.pareto.customer", "active_ids": [1], "active_domain": []}
        with mute_logger("odoo.http", "odoo.sql_db", "odoo.models", "odoo.domains"):
            for model in (f"crm.pareto.{name}" for name in models):
                for name, value in sent:
                    self.context = {"allowed_company_ids": self.company.ids, **opened, name: value}
                    with self.subTest(model=model, name=name, value=str(value)[:60]):
                        self.assertIsNone(self.call(model, "default_get", [list(self.env[model]._fields)]))
            pairing = self.here.records["crm.pareto.pairing"].ids
            for value in NASTY:
                self.context = {"allowed_company_ids": self.company.ids, "pareto_order_id": value}
                for method in ("action_add", "action_dismiss"):
                    with self.subTest(method=method, value=str(value)[:60]):
                        self.assertIsNone(self.call("crm.pareto.pairing", method, [pairing]))

    def test_a_name_finds_or_makes_records_or_is_refused(self):
        self.log_in()
        self.context = {"allowed_company_ids": self.company.ids}
        ours = [
            name for name, model in self.env.registry.items() if name.startswith("crm.pareto.") and not model._abstract
        ]
        with mute_logger("odoo.http", "odoo.sql_db", "odoo.models", "odoo.domains"):
            for model in ours:
                for method in ("name_create", "name_search"):
                    with self.subTest(model=model, method=method):
                        self.assertIsNone(self.call(model, method, ["x"]))
