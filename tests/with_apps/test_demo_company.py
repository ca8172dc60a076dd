"""The demo company with all the apps that `make demo` installs, and some more."""

from tests.dev.test_demo_company import TestDemoCompany

__all__ = ["TestDemoCompany"]
