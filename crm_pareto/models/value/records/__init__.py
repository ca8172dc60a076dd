from . import crm_lead
from . import product_product
from . import product_template
from . import res_partner
from . import sale_order
