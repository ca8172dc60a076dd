from . import analytics
from . import models
from . import report
from . import wizard


def uninstall_hook(env):
    """Drop the optional index, and the notes that Odoo keeps of the foreign keys of our fields on its models."""
    env["res.config.settings"].create({"pareto_covering_index": False}).set_values()
    env["ir.model.constraint"].search([("module.name", "=", "crm_pareto"), ("type", "=", "f")]).unlink()
