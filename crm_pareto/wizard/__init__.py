from . import base_partner_merge_automatic_wizard
from . import crm_pareto_link_invoices
from . import crm_pareto_log_touch
from . import crm_pareto_set_tier
from . import crm_pareto_reconciliation
from . import crm_pareto_start_plan
from . import crm_pareto_plan_line
from . import privacy_lookup_wizard
