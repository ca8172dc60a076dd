from functools import wraps

from odoo import SUPERUSER_ID, models

from .tools.asking import check_patterns
from .tools.trust import as_reader

CALLED_SO_FOR_ALL = ("crm.pareto.segment", "crm.pareto.tier")  # what a company calls its kinds of customers


class CrmParetoEveryModel(models.AbstractModel):
    """What holds for every model of ours, those of addons that build on this one too.

    - What a record is called is told to who may read it, under sudo too: it is a figure, or whose that is. Odoo names
      with sudo whatever a person says by model and number: what an activity, a rating or a message is about.
    - No pattern is asked for that PostgreSQL refuses when some text fits: it would also tell of rows that the reader's
      record rules leave out, as those may be looked at later.
    """

    _name = "crm.pareto.every.model"
    _description = "Holds for Every Model"

    def _register_hook(self):
        super()._register_hook()
        for name, model in self.env.registry.items():
            if name.startswith("crm.pareto.") and not model._abstract:
                _override(model, "_search", _without_broken_patterns)
                if name not in CALLED_SO_FOR_ALL:
                    _override(model, "_compute_display_name", _named_to_readers)


def _override(model, name, make):
    """Have a method of a model of the registry be another, that calls it."""
    method = getattr(model, name)
    if getattr(method, "holds_for_pareto", False):
        return  # of another loading of the same registry
    other = wraps(method)(make(method))
    other.holds_for_pareto = True
    setattr(model, name, other)


def _named_to_readers(compute):
    def named(records):
        told = records
        if records.env.su and records.env.uid != SUPERUSER_ID:
            told = as_reader(records)._filtered_access("read").sudo()
            for record in records - told:
                record.display_name = record._description
        return compute(told)

    return named


def _without_broken_patterns(search):
    def searched(model, domain, *args, **kwargs):
        check_patterns(model.env, domain)
        return search(model, domain, *args, **kwargs)

    return searched
