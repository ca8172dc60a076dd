from . import crm_pareto_plan
from . import crm_pareto_plan_decision
from . import calendar_event
from . import crm_pareto_plan_report
from . import crm_pareto_plan_line
