"""What a client sends as context steers no computation: with it, a call leaves the same rows as without."""

import re
from unittest.mock import patch

from odoo.addons.crm_pareto.models.common.tools.ours import as_ours
from odoo.exceptions import UserError
from odoo.tools import SQL

from dev.paths import ADDON

from .test_rights_matrix import RightsCase

READ = re.compile(
    r"context\.get\(\s*\"(\w+)\"|Only\.of\([\w.]+, \"(\w+)\"\)|with_context\((pareto_\w+)=|_KEY = \"(\w+)\""
)
ROLES = ("Portal", "Internal", "Own", "Lead", "Invoicing", "Admin")
# Of rows that a call makes, what differs each time: numbers, moments, and how long it took.
EACH_TIME = (
    "id",
    "create_date",
    "write_date",
    "batch",
    "snapshot_id",
    "run_id",
    "seconds",
    "computed_at",
    "activity_id",
    "name",
    "access_token",
    "pareto_asked_on",  # the day where the person is
)
WATCHED = ("res_partner", "crm_lead", "sale_order", "account_move", "calendar_event", "utm_campaign", "res_company")


def keys():
    """The keys of ours that the source names."""
    found = {key for file in ADDON.rglob("*.py") for keys in READ.findall(file.read_text()) for key in keys if key}
    return {key for key in found if key.startswith("pareto_")} - {"pareto_order_id"}  # on which the call is


class TestContextKeys(RightsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tables_watched = sorted(
            {model._table for name, model in cls.env.registry.items() if name.startswith("crm.pareto.") and model._auto}
            | set(WATCHED)
        )

    def poisons(self):
        """Contexts that a client could send, with all keys at once."""
        ids, partner = sorted(keys()), self.here.partner.id
        odoo_s = {"active_test": False, "tz": "Pacific/Kiritimati", "prefetch_fields": False, "bin_size": True}
        odoo_s |= {"default_company_id": self.second.id, "default_user_id": 1, "default_snapshot": True}
        odoo_s |= {"cron_id": 1, "default_until": "2030-01-01", "default_undone": True, "default_state": "done"}
        yield {**odoo_s, **dict.fromkeys(ids, [partner])}
        yield {**dict.fromkeys(ids, {"family": [1], "ids": {}}), "pareto_attribution_model": "first"}

    def rows(self):
        """{table: digest of its rows, without what differs each time}"""
        self.env.flush_all()
        digest = "md5((to_jsonb(row) - %s::text[])::text)"
        selects = [
            SQL(
                f"SELECT %s, md5(string_agg({digest}, '' ORDER BY {digest})) FROM %s row",
                table,
                list(EACH_TIME),
                list(EACH_TIME),
                SQL.identifier(table),
            )
            for table in self.tables_watched
        ]
        return dict(self.env.execute_query(SQL(" UNION ALL ").join(selects)))

    def left_by(self, user, model, method, context):
        """The rows after a call; None where it was refused."""
        with self.tried(), patch.object(type(self.env["crm.pareto.page"]), "_tell"):
            try:
                self.call_of(user, model, method, **context)()
            except (UserError, ValueError):
                return None
            return self.rows()

    def test_there_are_keys_to_try(self):
        self.assertLessEqual({"pareto_customers", "pareto_reach", "pareto_referrers", "pareto_scheduled"}, keys())

    def test_what_our_own_code_writes_takes_no_default_that_a_client_sent(self):
        sent = {"default_line_ids": [[0, 0, {}]], "lang": "en_US", "tracking_disable": True, "pareto_ours": True}
        context = as_ours(self.env["sale.order"].with_context(sent)).env.context
        self.assertEqual(({"lang", "tracking_disable", "pareto_ours"}), context.keys() - {"allowed_company_ids"})

    def test_a_call_leaves_the_same_rows_whatever_the_context_says(self):
        for model, method in self.methods():
            for role in ROLES:
                clean = self.left_by(self.alone[role], model, method, {})
                if clean is None:
                    continue
                for number, poison in enumerate(self.poisons()):
                    left = self.left_by(self.alone[role], model, method, poison)
                    changed = [table for table in clean if left and left[table] != clean[table]]
                    with self.subTest(model=model, method=method, role=role, poison=number):
                        self.assertEqual([], changed)
