from . import crm_pareto_revenue_report
