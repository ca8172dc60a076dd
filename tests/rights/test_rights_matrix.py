"""Who may see and do what, as the manual (docs/rights.md) says: every model, field and method of ours, tried out."""

from contextlib import contextmanager
from functools import partial
from unittest.mock import patch

from freezegun import freeze_time
from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw, get_public_method
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..common import SALESPERSON, LedgerCase
from . import rights_manual
from .rights_world import World

LETTERS = {"read": "R", "create": "C", "write": "W", "unlink": "D"}
REFUSED = (AccessError, MissingError)
MAGIC_COLUMNS = ("id", "create_uid", "write_uid")
OURS = "odoo.addons.crm_pareto."
OF_THE_READER = {"crm.pareto.channel.report"}  # of the company that is open: its rows name none


class RightsCase(LedgerCase):
    """Two companies with all there is, and a person of each role in one of them, and in both."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-06-30 12:00:00"))
        cls.tables = rights_manual.tables()
        cls.second = cls.new_company("Second", "USD")
        cls.third = cls.env["res.company"].create({"name": "Third"})
        cls.colleague = cls.new_user("colleague", SALESPERSON)
        cls.colleague.write(
            {"company_ids": [Command.set((cls.company + cls.second).ids)], "company_id": cls.company.id}
        )
        cls.here, cls.there = (World(cls, company, cls.colleague) for company in (cls.company, cls.second))
        for world in (cls.here, cls.there):
            world.treat()
        cls.roles = {row["Role"]: rights_manual.names(row["Groups"]) for row in cls.tables["Roles"]}
        cls.alone = {role: cls.new_reader(f"{role} 1", groups, cls.company) for role, groups in cls.roles.items()}
        both = cls.company + cls.second
        cls.in_both = {role: cls.new_reader(f"{role} 2", groups, both) for role, groups in cls.roles.items()}
        cls.models = {
            name: cls.env[name]
            for name, model in sorted(cls.env.registry.items())
            if model._original_module == "crm_pareto" and not model._abstract
        }

    @classmethod
    def new_reader(cls, login, groups, companies):
        if "base.group_portal" not in groups:
            groups = [*groups, "base.group_allow_export"]
        with mute_logger("odoo.addons.auth_signup.models.res_users"):
            user = cls.new_user(login, ",".join(groups))
        user.write({"company_ids": [Command.set(companies.ids)], "company_id": companies[0].id})
        return user

    def of(self, user, companies=None):
        """The environment of a user, in some of his or her companies, by default all."""
        companies = (companies or user.company_ids).ids
        return self.env(user=user, su=False, context={"allowed_company_ids": companies})

    @contextmanager
    def tried(self):
        """What is done within is undone."""
        self.env.flush_all()
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            with mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_rule", "odoo.models", "odoo.models.unlink"):
                yield
                self.env.flush_all()
        finally:
            self.env.clear()
            savepoint.rollback()
            self.env.invalidate_all(flush=False)

    def refused(self, call):
        """Whether a call ends with a refusal of access; other errors come from what is asked for."""
        try:
            with self.tried():
                call()
        except REFUSED:
            return True
        except (UserError, IntegrityError, ValueError):
            return False
        return False

    def record(self, env, model, world):
        """The record to try on: of what a person starts, one of his or her own where that may be made."""
        if not self.models[model]._transient:
            self.assertIn(model, world.records, "tests/rights/rights_world.py makes one of every model")
            return env[model].browse(world.records[model].id)
        mine = env[model].has_access("create") or model == "crm.pareto.plan.line"
        record = world.start(env, model) if mine else self.env[model].create(world.started(model, env.user))
        self.env.invalidate_all()
        return record.with_env(env)

    # -- methods -----------------------------------------------------------------------

    def methods(self):
        """(model, name) of every method of ours that can be called from outside."""
        found = []
        for name, model in sorted(self.env.registry.items()):
            for method in sorted(dir(model)):
                owners = [cls.__module__ for cls in model.mro() if method in vars(cls)]
                if method.startswith("_") or not owners or not callable(getattr(model, method)):
                    continue
                if not all(owner.startswith(OURS) for owner in owners):
                    continue  # Odoo's own, whose rights are those of the record
                if not model._abstract or getattr(getattr(model, method), "_api_model", False):
                    get_public_method(self.env[name], method)
                    found.append((name, method))
        return found

    def call_of(self, user, model, method, **context):
        """A call of a public method as from outside, on the record of its model."""
        env = self.of(user)
        records = env[model].browse(self.started(env, model))
        ids = [] if getattr(getattr(type(records), method), "_api_model", False) else [records.ids]
        args = [*ids, *self.here.arguments(model, method)]
        context = {"pareto_order_id": self.here.order.id, **env.context, **context}
        return partial(call_kw, env[model], method, args, {"context": context})

    def started(self, env, model):
        if self.env[model]._abstract:
            return []
        return (self.record(env, model, self.here) if model in self.models else self.here.one(model)).ids


class TestRightsMatrix(RightsCase):
    # -- records -----------------------------------------------------------------------

    def letters(self, env, model, world):
        """What is allowed on the record, as the manual writes it: R C W D, with a star where on one's own only."""
        record = self.record(env, model, world)
        allowed = ""
        for operation, letter in LETTERS.items():
            if not env[model].has_access(operation):
                continue
            found = env[model].search([("id", "=", record.id)]) if operation == "read" else record
            allowed += letter if found and found.has_access(operation) else f"{letter}*"
        return allowed or "-"

    def each(self, people):
        """(role, person, model, what the manual says) of everybody and everything."""
        for row in self.tables["Records"]:
            (model,) = rights_manual.names(row["Model"])
            for role, user in people.items():
                yield role, user, model, row[role]

    def test_the_manual_names_every_model_and_no_other(self):
        named = [model for row in self.tables["Records"] for model in rights_manual.names(row["Model"])]
        self.assertEqual(sorted(self.models), named)

    def test_everybody_may_do_what_the_manual_says(self):
        for role, user, model, expected in self.each(self.alone):
            with self.subTest(model=model, role=role), self.tried():
                self.assertEqual(expected, self.letters(self.of(user), model, self.here))

    def test_in_two_companies_everybody_may_do_the_same_in_each(self):
        for role, user, model, expected in self.each(self.in_both):
            for world in (self.here, self.there):
                companies = user.company_ids if model not in OF_THE_READER else world.company
                with self.subTest(model=model, role=role, company=world.company.name), self.tried():
                    self.assertEqual(expected, self.letters(self.of(user, companies), model, world))

    def test_what_is_not_allowed_fails_when_it_is_done(self):
        for role, user, model, expected in self.each(self.alone):
            with self.tried():
                record = self.record(self.of(user), model, self.here)
                for letter, call in self.calls(record).items():
                    if letter == "C" and "C*" in expected:
                        continue  # what is made becomes one's own
                    with self.subTest(model=model, role=role, done=letter):
                        may = letter in expected.replace(f"{letter}*", "")
                        self.assertEqual(may, not self.refused(call))

    def calls(self, record):
        """{letter: a call that does it}"""
        field, value = self.plain(record)
        copy = record.with_user(SUPERUSER_ID).copy_data()[0] if record._auto else {}
        copy = {name: value for name, value in copy.items() if not record._fields[name].groups}
        return {
            "R": lambda: record.read([field]),
            "C": lambda: record.create(copy),
            "W": lambda: record.write({field: value}),
            "D": record.unlink,
        }

    def plain(self, record):
        """A field of a column, and what it has; one that a person writes where there is one."""
        return next(
            (field.name, record.sudo()[field.name] if record._auto else False)
            for field in sorted(record._fields.values(), key=lambda field: field.readonly)
            if field.type in ("char", "integer", "many2one")
            and not (field.compute or field.related or field.groups or field.name in MAGIC_COLUMNS)
            and (field.type != "many2one" or self.env[field.comodel_name]._auto)
        )

    def ways(self, record):
        """{way: a call that would tell of the record}; those that search come back with what they found."""
        domain, field = [("id", "=", record.id)], self.plain(record)[0]
        return {
            "search": lambda: record.search(domain),
            "search_read": lambda: record.search_read(domain, [field]),
            "web_search_read": lambda: record.web_search_read(domain, {field: {}})["records"],
            "name_search": lambda: record.name_search("", domain),
            "group by": lambda: record.formatted_read_group(domain, [field], ["__count"]),
            "read": lambda: record.read([field]),
            "web_read": lambda: record.web_read({field: {}}),
            "export": lambda: record.export_data([field])["datas"],
        }

    def test_nobody_meets_records_of_another_company_in_any_way(self):
        for role, user, model, expected in self.each(self.alone):
            if self.models[model]._transient or "R" not in expected.replace("R*", ""):
                continue
            record = self.of(user)[model].browse(self.there.records[model].id)
            for way, call in self.ways(record).items():
                with self.subTest(model=model, role=role, way=way):
                    self.assertFalse(self.found(call))
            for operation in ("write", "unlink"):
                self.assertFalse(record.has_access(operation), f"{operation} {model} as {role}")

    def test_nobody_moves_a_record_into_a_company_where_he_or_she_does_not_work(self):
        """Odoo asks its rules before it writes, and not after."""
        for model, record in self.here.records.items():
            if "company_id" not in self.models[model]._fields or not self.models[model]._fields["company_id"].store:
                continue
            for role in ("Own", "Lead", "Manager"):
                mine = record.with_env(self.of(self.alone[role]))
                with self.subTest(model=model, role=role), self.tried():
                    try:
                        mine.write({"company_id": self.second.id})
                    except (UserError, IntegrityError):
                        continue
                    self.fail("moved")

    def test_a_company_that_is_not_ticked_is_as_one_that_is_not_ones_own(self):
        for role, user, model, expected in self.each(self.in_both):
            if self.models[model]._transient or "R" not in expected.replace("R*", ""):
                continue
            record = self.of(user, self.company)[model].browse(self.there.records[model].id)
            with self.subTest(model=model, role=role):
                self.assertFalse(record.search([("id", "=", record.id)]))
                self.assertFalse(record.has_access("write"))

    def found(self, call):
        """What a call finds; nothing where it is refused."""
        try:
            with self.tried():
                return call()
        except (*REFUSED, UserError):
            return []

    def test_nobody_meets_what_somebody_else_has_started(self):
        wizards = [name for name, model in self.models.items() if model._transient]
        self.assertIn("crm.pareto.set.tier", wizards)
        for model in wizards:
            with self.tried():
                record = self.env[model].create(self.here.started(model, self.colleague))
                for role, user in self.alone.items():
                    mine = self.of(user)[model].browse(record.id)
                    for way, call in self.ways(mine).items():
                        with self.subTest(model=model, role=role, way=way):
                            self.assertFalse(self.found(call))
                    for operation in ("write", "unlink"):
                        self.assertFalse(mine.has_access(operation), f"{operation} {model} as {role}")

    def test_a_form_tells_nothing_of_another_company(self):
        """Before it is saved, too, when rules are not asked yet: whoever may start it chooses the company."""
        env = self.of(self.alone["Admin"])
        for name, model in self.models.items():
            if "company_id" not in model._fields or not env[name].has_access("create"):
                continue
            figures = [
                field.name
                for field in model._fields.values()
                if field.compute and not field.store and field.type in ("monetary", "integer", "float")
            ]
            values = {"crm.pareto.handover": {"from_user_id": self.colleague.id}}.get(name, {})
            with self.subTest(model=name):
                told, empty = (
                    self.found(partial(self.told, env[name], {**values, "company_id": company.id}, figures))
                    for company in (self.second, self.third)
                )
                self.assertEqual(empty, told)

    def told(self, model, values, names):
        """What a new form shows once it is filled in."""
        shown = model.onchange(values, list(values), {name: {} for name in names}).get("value", {})
        return {name: value for name, value in shown.items() if name in names and value}

    # -- fields ------------------------------------------------------------------------

    def test_the_manual_names_every_field_and_no_other(self):
        groups = {row["Who"]: rights_manual.names(row["Group"])[0] for row in self.tables["Who sees a field"]}
        named = {
            (model, field, groups[row["Who"]])
            for row in self.tables["Fields"]
            for model in rights_manual.names(row["Model"])
            for field in rights_manual.names(row["Fields"])
        }
        self.assertEqual(self.guarded(), named)

    def guarded(self):
        """(model, field, group) of every field of ours that is not for whoever may read the model."""
        found = set()
        for name, model in self.env.registry.items():
            ours = model._original_module == "crm_pareto"
            if model._abstract or (model._transient and not ours):
                continue  # settings are for administrators
            for field in model._fields.values():
                if field.inherited and not ours:
                    continue  # as on the record that it comes from
                if field.groups not in (None, "base.group_user") if ours else field.name.startswith("pareto_"):
                    found.add((name, field.name, field.groups))
        return found

    def test_everybody_is_told_of_these_fields_only(self):
        guarded = self.guarded()
        for role, user in self.alone.items():
            env = self.of(user)
            shown = {}
            for model, field, group in guarded:
                names = shown.setdefault(model, set(env[model].fields_get(attributes=[])))
                with self.subTest(role=role, model=model, field=field):
                    self.assertEqual(bool(group) and user.has_groups(group), field in names)

    def test_who_may_not_see_a_field_is_refused_whatever_the_way(self):
        for model, field, group in sorted(self.guarded(), key=str):
            record = self.here.one(model)
            for role, user in self.alone.items():
                env = self.of(user)
                if role not in ("Portal", "Own", "Lead", "Invoicing") or user.has_groups(group):
                    continue
                if not env[model].has_access("read"):
                    continue
                for way, call in self.ways_to(env[model].browse(record.id), field).items():
                    if way == "group by" and not env[model].search([("id", "=", record.id)]):
                        continue  # of nothing Odoo makes no groups, and asks for no right
                    with self.subTest(model=model, field=field, role=role, way=way):
                        self.assertTrue(self.fails(call))

    def fails(self, call):
        """Whether a call fails; Odoo knows a field not at all that it may not show."""
        try:
            with self.tried():
                call()
        except (UserError, ValueError):
            return True
        return False

    def ways_to(self, record, name):
        """{way: a call that would tell what the field has}"""
        field = record._fields[name]
        ways = {
            "read": lambda: record.read([name]),
            "web_read": lambda: record.web_read({name: {}}),
            "export": lambda: record.export_data([name]),
        }
        if field.store or field.search:
            some = field.get_values(record.env)[0] if field.type == "selection" else 1
            ways["search"] = lambda: record.search([(name, "=", some)], limit=1)
        if field.store:
            ways["order"] = lambda: record.search([], order=name, limit=1)
            ways["group by"] = lambda: record.formatted_read_group([], [name], ["__count"])
        return ways

    def test_figures_of_another_companys_campaigns_are_in_no_sum(self):
        """Odoo shows everybody the campaigns of all companies; what came of them is for those of the company."""
        campaigns = self.here.campaign + self.there.campaign
        for role, people in (("Lead", self.alone), ("Admin", self.alone), ("Admin", self.in_both)):
            env = self.of(people[role], self.company)
            [sums] = env["utm.campaign"].formatted_read_group([("id", "in", campaigns.ids)], [], ["pareto_revenue:sum"])
            with self.subTest(role=role):
                self.assertEqual(self.here.records["crm.pareto.campaign"].revenue, sums["pareto_revenue:sum"])

    # -- methods -----------------------------------------------------------------------

    def test_the_manual_names_every_method_and_no_other(self):
        named = [
            (model, method)
            for row in self.tables["Methods"]
            for model in rights_manual.names(row["Model"])
            for method in rights_manual.names(row["Methods"])
        ]
        self.assertEqual(self.methods(), sorted(named))

    def may(self, model, method):
        """The roles that a call is not refused to."""
        allowed = []
        for role, user in self.alone.items():
            with self.tried(), patch.object(type(self.env["crm.pareto.page"]), "_tell"):
                if not self.refused(self.call_of(user, model, method)):
                    allowed.append(role)
        return allowed

    def test_everybody_may_call_what_the_manual_says(self):
        for row in self.tables["Methods"]:
            for model in rights_manual.names(row["Model"]):
                for method in rights_manual.names(row["Methods"]):
                    with self.subTest(model=model, method=method):
                        self.assertEqual(self.named(row["Who may"]), self.may(model, method))

    def named(self, cell):
        """The roles in a cell: some, all but some, or nobody."""
        some = cell.removeprefix("all but ").split(", ")
        self.assertLessEqual(set(some), {*self.roles, "nobody"})
        return [role for role in self.roles if (role in some) != cell.startswith("all but ")]

    # -- what is reached another way ---------------------------------------------------------

    def test_a_brief_tells_no_more_than_its_reader_may_see(self):
        """Reports are rendered for whoever asks."""
        for role, user in self.alone.items():
            brief = self.of(user)["report.crm_pareto.handover_brief"]
            with self.subTest(role=role):
                refused = self.refused(partial(brief._get_report_values, self.here.partner.ids))
                self.assertEqual(role in ("Portal", "Internal", "Invoicing", "Books"), refused)

    def test_only_accountants_credit_an_invoice_to_another_customer(self):
        values = {"move_type": "out_invoice", "pareto_customer_id": self.here.referred.id}
        for role, user in self.alone.items():
            moves = self.of(user)["account.move"]
            with self.subTest(role=role):
                self.assertEqual(
                    role not in ("Invoicing", "Books", "Admin"), self.refused(partial(moves.create, values))
                )
                change = partial(moves.browse(self.here.invoice.id).write, {"pareto_customer_id": False})
                self.assertEqual(role not in ("Invoicing", "Books", "Admin"), self.refused(change))
