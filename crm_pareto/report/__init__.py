from . import crm_pareto_revenue_report
from . import crm_pareto_touchpoint
from . import crm_pareto_channel_report
from . import crm_pareto_campaign_cost_report
from . import crm_pareto_service_report
from . import crm_pareto_product_service_report
from . import crm_pareto_link_suggestion
from . import crm_pareto_invoice_link
