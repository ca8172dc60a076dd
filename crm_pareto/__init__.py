from . import analytics
from . import models
from .models.campaign.account_analytic_plan import drop_unused_campaign_plan
from .models.work.repeat.mail_activity import keep_repeat_activities
from .models.common.res_config_settings import drop_covering_index
from .models.common.tools.saved_lists import drop_saved_lists
from .models.history.crm_pareto_touchpoint import drop_touchpoint_indexes


def uninstall_hook(env):
    """Drop the indexes on Odoo's tables, and the notes that Odoo keeps of our fields' foreign keys on its models.

    Also those that other addons keep of our models, because they extend what these inherit from.

    And what people saved of what goes. Their activities stay, as to-dos.

    The campaigns' analytic accounts stay where something was spent on them: they are the company's books.
    """
    drop_unused_campaign_plan(env)
    keep_repeat_activities(env)
    drop_saved_lists(env)
    drop_covering_index(env.cr)
    drop_touchpoint_indexes(env.cr)
    env["ir.model.constraint"].search([("module.name", "=", "crm_pareto"), ("type", "=", "f")]).unlink()
    for model, name in (
        ("ir.model.inherit", "model_inherit__crm_pareto%"),
        ("ir.model.fields.selection", "selection__crm_pareto%"),
    ):
        of_others = [("model", "=", model), ("name", "=like", name), ("module", "!=", "crm_pareto")]
        env["ir.model.data"].search(of_others).unlink()
