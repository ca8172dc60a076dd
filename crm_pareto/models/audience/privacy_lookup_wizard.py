from odoo import models
from odoo.tools import SQL

# What people wrote down about a contact. Odoo leaves out what is deleted together with the contact, as these are: but a
# contact with invoices cannot be deleted. What is computed from the ledger is not among them: deleted, it comes again
# the next night; the mark "Not to Be Profiled" is for that.
WRITTEN = (
    "crm.pareto.dismissal",
    "crm.pareto.link",
    "crm.pareto.manual.tier",
    "crm.pareto.plan.decision",
    "crm.pareto.role",
    "crm.pareto.started.plan",
    "crm.pareto.touch",
)


class PrivacyLookupWizard(models.TransientModel):
    _inherit = "privacy.lookup.wizard"

    def _get_query_models_blacklist(self):
        return [*super()._get_query_models_blacklist(), *WRITTEN]

    def _get_query(self):
        """Find also what people wrote down about the contacts; `indirect_references` are the contacts' ids."""
        query = super()._get_query()
        for name in WRITTEN:
            model = self.env[name]
            model.flush_model()
            query = SQL(
                "%s UNION ALL SELECT %s, id, TRUE FROM %s WHERE %s",
                query,
                self.env["ir.model"]._get_id(name),
                SQL.identifier(model._table),
                SQL(" OR ").join(
                    SQL("%s IN (SELECT id FROM indirect_references)", SQL.identifier(field.name))
                    for field in model._fields.values()
                    if field.store and field.type == "many2one" and field.comodel_name == "res.partner"
                ),
            )
        return query
