from . import crm_pareto_handover
from . import crm_pareto_handover_change
from . import crm_pareto_handover_share
from . import crm_pareto_handover_brief
