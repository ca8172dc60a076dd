"""Odoo's privacy lookup where all apps are installed: their models are searched too."""

from ..audience import test_privacy_lookup


class TestPrivacyLookup(test_privacy_lookup.TestPrivacyLookup):
    """What holds without the apps holds with them."""
