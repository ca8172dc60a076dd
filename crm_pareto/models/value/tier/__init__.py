from . import crm_pareto_segment
from . import crm_pareto_tier
from . import crm_pareto_rfm_mixin
from . import crm_pareto_manual_tier
from . import crm_pareto_history
from . import crm_pareto_set_tier
