"""The attribution package that the tests compare with: pip compiles it, which takes a C++ compiler."""

import shutil
import sysconfig
from pathlib import Path

from . import debian, python_env

PACKAGES = ["g++", "python3-dev"]


def ensure():
    """Have the package channelattribution.

    :return: empty when it is there, else why not and what to do
    """
    if not (python_env.has("attribution") or _can_compile()):
        if debian.can_install():
            debian.install(PACKAGES, "C++ compiler")
        if not _can_compile():
            names = " ".join(PACKAGES)
            return f"no C++ compiler with Python.h here; install them (Debian, as root: apt install {names})."
    python_env.ensure("attribution")
    return ""


def _can_compile():
    """Whether there is what this Python compiles its extensions with."""
    compiler = (sysconfig.get_config_var("CXX") or "c++").split()[0]
    return bool(shutil.which(compiler)) and Path(sysconfig.get_path("include"), "Python.h").is_file()
