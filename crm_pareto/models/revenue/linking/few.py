"""Which documents a domain is about: the SQL then looks at those only, instead of at all."""

from odoo.fields import Domain
from odoo.orm.domains import DomainAnd, DomainCondition


def required_ids(domain, names):
    """The ids that a domain restricts one of its fields to, as (field, ids).

    :return: None where it leaves all open
    """
    domain = Domain(domain)
    for leaf in domain.children if isinstance(domain, DomainAnd) else [domain]:
        if isinstance(leaf, DomainCondition) and leaf.field_expr in names and leaf.operator in ("=", "in"):
            ids = [leaf.value] if isinstance(leaf.value, int) else leaf.value
            try:
                ids = list(ids)
            except TypeError:  # a query: as many as there are
                continue
            if all(type(id_) is int for id_ in ids):  # neither False nor a name
                return leaf.field_expr, ids
    return None
