from . import crm_pareto_role
from . import crm_pareto_centre_mixin
from . import crm_pareto_customer_centre_mixin
from . import crm_pareto_deal_centre_mixin
