from odoo import api, models
from odoo.models import parse_read_group_spec

from .tools.bounds import within_days

PERIODS = ("day", "week", "month", "quarter", "year")


class CrmParetoDatedMixin(models.AbstractModel):
    """A report of documents that may be of any day that people entered, grouped by the period of it.

    Odoo works out the end of each period, which Python does not have after the year 9999: one document would end the
    list of all.
    """

    _name = "crm.pareto.dated.mixin"
    _description = "Groups by Days That There Are"

    @api.model
    def _read_group_groupby(self, alias, groupby_spec, query):
        groups = super()._read_group_groupby(alias, groupby_spec, query)
        name, path, period = parse_read_group_spec(groupby_spec)
        of_days = period in PERIODS and not path and self._fields[name].type == "date"
        return within_days(groups) if of_days else groups
