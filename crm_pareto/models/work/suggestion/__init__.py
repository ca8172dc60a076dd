from . import crm_pareto_pairing
from . import crm_pareto_dismissal
from . import crm_pareto_dismissed_mixin
from . import crm_pareto_suggesting_mixin
from . import sale_order_line
