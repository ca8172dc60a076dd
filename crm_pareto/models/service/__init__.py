from . import crm_pareto_service_mixin
from . import crm_pareto_service_report
from . import crm_pareto_product_service_report
