"""pytest plugin: Odoo's own test_lint looks at this addon only, not at all of Odoo."""

import sys

import pytest
from odoo.modules import Manifest

SCOPE = "crm_pareto"


@pytest.fixture(autouse=True, scope="module")
def only_this_addon(request):
    """Narrow what the lint tests walk through, by both of the ways they find modules."""
    patch = pytest.MonkeyPatch()
    patch.setattr(Manifest, "all_addon_manifests", staticmethod(lambda: [Manifest.for_addon(SCOPE)]))
    module = sys.modules[request.module.__name__]
    if hasattr(module, "get_modules"):
        patch.setattr(module, "get_modules", lambda: [SCOPE])
    yield
    patch.undo()
