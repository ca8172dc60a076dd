"""What the rows of customers hold that is computed each hour, and what only each night."""

from odoo.addons.crm_pareto.models.service import crm_pareto_service_mixin
from odoo.addons.crm_pareto.models.value.prediction import (
    crm_pareto_insight_mixin,
    crm_pareto_potential_mixin,
    crm_pareto_prediction_mixin,
    crm_pareto_rhythm_mixin,
    crm_pareto_scorecard_mixin,
)

# Columns that wait for the night.
NIGHTLY = (
    *crm_pareto_insight_mixin.COLUMNS,
    *crm_pareto_potential_mixin.COLUMNS,
    *crm_pareto_prediction_mixin.COLUMNS,
    *crm_pareto_rhythm_mixin.COLUMNS,
    *crm_pareto_scorecard_mixin.FIGURES,
    *crm_pareto_service_mixin.COLUMNS,
    *crm_pareto_service_mixin.SERVED,
    "has_scores",
)


def hourly_figures(env, company):
    """All that is computed each hour, of every row of a company, in the order of the customers."""
    rows = env["crm.pareto.customer"].search([("company_id", "=", company.id)], order="partner_id")
    names = [name for name, field in rows._fields.items() if field.store and name not in ("id", *NIGHTLY)]
    return [tuple(row[name] for name in names) for row in rows.read(names, load=None)]
