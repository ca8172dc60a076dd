from . import common
from . import value
from . import service
from . import work
from . import audience
from . import history
from . import campaign
from . import revenue

# Last: they inherit from mixins of several rooms.
from .value import crm_pareto_customer
from .value import records
