"""Each call to the system may fail once: nothing is lost, the last good snapshot is served, and the message is plain.

`make faults` tries thousands of them.
"""

import re
import shutil
import subprocess
import sys

import pytest
from tests.conftest import ROOT

pytestmark = pytest.mark.long

#: How many calls of each scenario fail here.
PART = 6


@pytest.mark.skipif(sys.platform != "linux", reason="calls are made to fail by the loader of Linux")
@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
@pytest.mark.timeout(300)
def test_whatever_call_to_the_system_fails_nothing_is_lost_and_the_message_is_plain():
    command = [sys.executable, "-m", "tests.reliability.faults", "--part", str(PART)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    tried = re.search(r"^all: (\d+) points, 0 wrong", done.stdout, re.MULTILINE)
    assert tried
    assert int(tried[1]) > 3 * PART, done.stdout
