"""What every run of the tests holds besides its assertions.

* A warning in Odoo's log fails the run. A test that expects one wraps it in
  `assertLogs` or Odoo's `mute_logger`, which keep it from the root logger.
* With CI=true a skipped test fails the run: nobody reads the reason there.
* How long hypothesis takes to draw an example tells how busy the machine is, and nothing of the addon.
"""

import logging
import os

import hypothesis
import pytest

hypothesis.settings.register_profile("busy machine", suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("busy machine")

LONGEST_LINE = 400  # characters; a failed statement can be pages


class LogWatch(logging.Handler):
    """Collects the warnings and errors that reach the root logger, with the test they came from."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.found = []

    def emit(self, record):
        test = os.environ.get("PYTEST_CURRENT_TEST", "outside a test").split(" ")[0]
        self.found.append(f"{test}: {record.levelname} {record.name}: {record.getMessage()}")


WATCH = LogWatch()


def pytest_sessionstart(session):
    logging.getLogger().addHandler(WATCH)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    if exitstatus == pytest.ExitCode.OK and (WATCH.found or _forbidden_skips(session.config)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    if WATCH.found:
        terminalreporter.section("Odoo's log has warnings: the run fails", red=True)
        for line in WATCH.found:
            terminalreporter.write_line(line[:LONGEST_LINE])
    if _forbidden_skips(config):
        terminalreporter.section("CI=true: a skipped test fails the run", red=True)


def _forbidden_skips(config):
    """The skipped tests of this session, where skipping is not allowed."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if os.environ.get("CI") == "true" else []
