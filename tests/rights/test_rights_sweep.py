"""No figure of ours that is for some only is learnt by others: by no path over two links, in no kind of question.

A sample of the long paths; ALL_PATHS=1 asks by all of them.
"""

import os

from odoo.tools import mute_logger

from ..common import PROFIT, SALESPERSON, ParetoCase
from .rights_sweep import guarded_fields, hidden, is_in_sample, is_refused, paths, representatives

SHARE = 1 if os.environ.get("ALL_PATHS") else 60  # one in so many of the paths over two links


class TestRightsSweep(ParetoCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = {"portal": "base.group_portal", "employee": "base.group_user", "seller": SALESPERSON}
        cls.controller = cls.new_user("controller", f"{SALESPERSON},{PROFIT},crm_pareto.group_manager")
        with mute_logger("odoo.addons.auth_signup.models.res_users"):
            cls.people = {role: cls.new_user(role, names) for role, names in groups.items()}
        cls.guarded = guarded_fields(cls.env)
        for user in cls.people.values():  # Odoo asks for nothing where there is no activity to be seen
            if user._is_internal():
                user.partner_id.activity_schedule("mail.mail_activity_data_todo", user_id=user.id)

    def asked(self, su=False):
        """(role, the model where somebody begins) of all that people may read."""
        for role, user in self.people.items():
            env = self.env(user=user, su=False)
            for name, model in sorted(self.env.registry.items()):
                if not (model._abstract or model._transient) and env[name].has_access("read"):
                    yield role, self.env(user=user, su=su)[name]

    def learnt(self, calls):
        """The names of the calls that were not refused."""
        with mute_logger("odoo.domains", "odoo.models", "odoo.fields"):
            return [name for name, call in calls if not is_refused(call)]

    def questions(self, model):
        """(path with a field at its end, call that asks by it)"""
        for path, target in paths(self.env, model._name, self.guarded):
            hops = path.count(".")
            if hops == 2 and not is_in_sample(model._name + path, SHARE):
                continue
            fields = hidden(model.env, self.guarded[target])
            for field in representatives(fields) if hops else fields:
                if field.store or field.search or field.related:
                    yield path + field.name, lambda asked=path + field.name: model._search([(asked, "!=", 0)])

    def test_no_path_leads_there(self):
        for role, model in self.asked():
            with self.subTest(role=role, model=model._name):
                self.assertEqual([], self.learnt(self.questions(model)))

    def test_who_may_see_them_gets_there(self):
        """Else nothing would be shown by what is refused to the others."""
        env = self.env(user=self.controller, su=False)
        for model, path in (
            ("res.partner", "pareto_profit"),
            ("calendar.event", "message_partner_ids.pareto_profit"),
            ("res.users", "partner_id.pareto_value_id.profit"),
            ("crm.pareto.customer", "partner_id.message_partner_ids.pareto_lifetime_value"),
        ):
            with self.subTest(path=path):
                self.assertFalse(is_refused(lambda m=model, p=path: env[m]._search([(p, "!=", 0)])))

    def test_nor_does_one_that_odoo_takes_with_sudo(self):
        """Whatever Odoo asks with sudo for a person is asked as here."""
        for name in self.guarded:
            for role, user in self.people.items():
                model = self.env(user=user, su=True)[name]
                with self.subTest(role=role, model=name):
                    self.assertEqual([], self.learnt(self.questions(model)))

    def test_no_order_and_no_group_tells(self):
        for su in (False, True):
            for role, user in self.people.items():
                env = self.env(user=user, su=su)
                for name in (*self.guarded, "res.users"):
                    with self.subTest(role=role, model=name, su=su):
                        self.assertEqual([], self.learnt(self.sorted_and_grouped(env[name])))

    def sorted_and_grouped(self, model):
        for field in hidden(model.env, [f for f in model._fields.values() if f.groups and "crm_pareto." in f.groups]):
            name = field.name
            yield f"order {name}", lambda name=name: model.search([], order=f"{name} desc", limit=1)
            yield f"group {name}", lambda name=name: model._read_group([], [name], ["__count"], limit=1)
            for function in ("sum", "max", "count_distinct", "array_agg"):
                spec = f"{name}:{function}"
                yield spec, lambda spec=spec: model._read_group([], [], [spec])
                having = [(spec, ">", 0)]
                yield (
                    f"having {spec}",
                    lambda having=having: model._read_group([], ["id"], ["__count"], having=having, limit=1),
                )
