from . import crm_pareto_revenue_report
from . import crm_pareto_touchpoint
