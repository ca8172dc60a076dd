"""Has all of a company said to be due while it is computed, and prints as JSON what comes of it, for test_forgetting.

python -m tests.value.forgetting --database NAME -- <odoo options>
"""

from functools import partial
from unittest.mock import patch

from odoo.tools import mute_logger

from ..script import main

FULL = {"customer": ("crm.pareto.recompute", "_compute_all"), "repeat": ("crm.pareto.repeat", "_recompute")}


def _tell(env):
    """{kind: {failed: companies, tries: of the computation, full: whether each refresh then computed everything}}"""
    compute, repeats = env["crm.pareto.recompute"], env["crm.pareto.repeat"]
    everything = {"customer": partial(compute._recompute, history=False), "repeat": repeats._recompute}
    refresh = {"customer": partial(compute._refresh, history=False), "repeat": repeats._refresh}
    for part in everything.values():
        part(env.company)
    env.cr.commit()
    told = {kind: _met(env, part) for kind, part in everything.items()}
    for kind, part in refresh.items():
        told[kind]["full"] = [_is_full(env, kind, part) for _twice in range(2)]
    return told


def _met(env, part):
    """Compute a part that somebody says is due meanwhile, in a transaction of his or her own; each time it is tried."""
    model, tries = type(env["crm.pareto.recompute"]), []
    begin = model._begin

    def begin_and_be_met(compute, company, *args):
        begun = begin(compute, company, *args)
        tries.append(company.id)
        with compute.pool.cursor() as other:
            compute.env(cr=other)["crm.pareto.run"]._forget(company.with_env(compute.env(cr=other)))
        return begun

    loggers = (
        "odoo.sql_db",
        "odoo.addons.crm_pareto.models.value.crm_pareto_recompute",
    )  # what the test says by itself
    with patch.object(model, "_begin", begin_and_be_met), mute_logger(*loggers):
        failed = env["crm.pareto.recompute"]._try(part, env.company)
    env.cr.commit()
    return {"failed": failed, "tries": len(tries)}


def _is_full(env, kind, refresh):
    model, method = FULL[kind]
    computed = getattr(type(env[model]), method)
    with patch.object(type(env[model]), method, autospec=True, side_effect=computed) as compute_all:
        refresh(env.company)
    env.cr.commit()
    return compute_all.called


if __name__ == "__main__":
    main(__doc__, _tell)
