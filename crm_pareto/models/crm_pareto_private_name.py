from functools import wraps

from odoo import SUPERUSER_ID, models

from .trust import as_reader

CALLED_SO_FOR_ALL = ("crm.pareto.segment", "crm.pareto.tier")  # what a company calls its kinds of customers


class CrmParetoPrivateName(models.AbstractModel):
    """What a record of ours is called is told to who may read it, under sudo too: it is a figure, or whose that is.

    Odoo names with sudo whatever a person says by model and number: what an activity, a rating or a message is about.
    """

    _name = "crm.pareto.private.name"
    _description = "Names for Readers Only"

    def _register_hook(self):
        """Also for the models of addons that build on this one."""
        super()._register_hook()
        for name, model in self.env.registry.items():
            if name.startswith("crm.pareto.") and not model._abstract and name not in CALLED_SO_FOR_ALL:
                _name_to_readers(model)


def _name_to_readers(model):
    compute = model._compute_display_name
    if getattr(compute, "asks_pareto_readers", False):
        return  # of another loading of the same registry

    @wraps(compute)
    def named(records):
        told = records
        if records.env.su and records.env.uid != SUPERUSER_ID:
            told = as_reader(records)._filtered_access("read").sudo()
            for record in records - told:
                record.display_name = record._description
        return compute(told)

    named.asks_pareto_readers = True
    model._compute_display_name = named
