from . import analytics
from . import models
from . import report
from . import wizard
from .models.res_config_settings import drop_covering_index


def uninstall_hook(env):
    """Drop the optional index, and the notes that Odoo keeps of the foreign keys of our fields on its models."""
    drop_covering_index(env.cr)
    env["ir.model.constraint"].search([("module.name", "=", "crm_pareto"), ("type", "=", "f")]).unlink()
