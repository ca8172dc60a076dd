from odoo.fields import Domain

OURS = "crm.pareto.%"
FIELD = r"pareto\_"  # else the underscore stands for any letter, and people's own words would match


def drop_saved_lists(env):
    """Drop the saved searches and export lists of models and fields that go: Odoo keeps them, and they would fail."""
    filters = env["ir.filters"].with_context(active_test=False)
    naming = [[(name, "like", FIELD)] for name in ("domain", "context", "sort")]
    filters.search(Domain.OR([[("model_id", "=like", OURS)], *naming])).unlink()
    env["ir.exports"].search([("resource", "=like", OURS)]).unlink()
    env["ir.exports.line"].search([("name", "like", FIELD)]).unlink()
