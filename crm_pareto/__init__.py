from . import analytics
from . import models
from . import report


def uninstall_hook(env):
    """Forget the foreign keys of our fields on its models: Odoo drops the columns but keeps a note of the keys."""
    env["ir.model.constraint"].search([("module.name", "=", "crm_pareto"), ("type", "=", "f")]).unlink()
