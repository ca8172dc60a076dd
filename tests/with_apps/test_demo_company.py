"""The demo company with all the apps that `make demo` installs, and some more."""

from tests.with_apps.test_demo_company import TestDemoCompany

__all__ = ["TestDemoCompany"]
