"""SQL is written with odoo.tools.SQL alone: no text that somebody gave ever becomes part of a statement."""

import ast
from unittest import TestCase

from odoo.tests import tagged

from dev.paths import ADDON

RUN = ("execute", "execute_query", "execute_query_dict", "executemany", "mogrify")
TEXT = (ast.Constant, ast.JoinedStr, ast.BinOp)
# Not written out where they are used, but chosen from constants of the code: file, and what stands there.
CHOSEN = {
    ("crm_pareto_attribution.py", "statement"),
    ("crm_pareto_campaign_analysis.py", "type_"),
    ("crm_pareto_campaign_sums.py", "SPREAD[name]"),
    ("crm_pareto_campaign_sums.py", "sums[name]"),
    ("crm_pareto_reach_mixin.py", "operator"),
}


def calls(*names):
    """(file, call) of every call of a function or method with one of the names."""
    for path in sorted(ADDON.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", None)) in names:
                yield path.name, node


@tagged("standard", "post_install", "-at_install")
class TestSql(TestCase):
    def test_what_is_run_is_never_text(self):
        found = list(calls(*RUN))
        self.assertGreater(len(found), 50)
        for name, call in found:
            with self.subTest(file=name, line=call.lineno):
                self.assertFalse(self.is_text(call.args[0]), ast.unparse(call)[:80])

    def is_text(self, node):
        """Whether it is a string, or what comes of a string's method."""
        return isinstance(node, TEXT) or (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and self.is_text(node.func.value)
        )

    def test_every_statement_stands_in_the_code(self):
        found = list(calls("SQL"))
        self.assertGreater(len(found), 300)
        for name, call in found:
            if not call.args:
                continue  # nothing
            text = call.args[0]
            parts = (text.body, text.orelse) if isinstance(text, ast.IfExp) else (text,)
            with self.subTest(file=name, line=call.lineno):
                for part in parts:
                    written = isinstance(part, ast.Constant) or (name, ast.unparse(part)) in CHOSEN
                    self.assertTrue(written, ast.unparse(part)[:80])
