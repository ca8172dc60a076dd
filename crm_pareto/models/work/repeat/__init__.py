from . import crm_pareto_awaited_mixin
from . import crm_pareto_repeat
from . import crm_pareto_repeat_offer
from . import crm_pareto_reorder_mixin
from . import mail_activity
from . import mail_activity_type
