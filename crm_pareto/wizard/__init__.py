from . import crm_pareto_set_tier
