from . import plan
from . import repeat
from . import suggestion
from . import buying_centre
from . import handover
from . import digest_digest
