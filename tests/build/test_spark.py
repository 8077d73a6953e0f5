"""A site built on a Spark cluster has the bytes of one built on a single machine, also when a worker is lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bench.generate import generate

from ekograph import config
from ekograph.publish.pipeline import publish
from ekograph.snapshots.snapshot import BY_OBJECT, DATASET

pyspark = pytest.importorskip("pyspark", reason="pyspark is not installed: pip install ekograph[spark]")
pytestmark = [
    pytest.mark.skipif(not shutil.which("java"), reason="there is no Java, which Spark runs on"),
    pytest.mark.timeout(600),
]

#: Two executors of one core and 1 GB, each a process of its own.
CLUSTER = "local-cluster[2,1,1024]"

#: What a publication runs as: its site, and from how many quads on it is large.
PUBLISH = """
import sys
from pathlib import Path
from ekograph import config
from ekograph.publish.pipeline import publish
outcome = publish(config.load(Path(sys.argv[1])), language="en", large_from=1)
sys.exit(0 if outcome.snapshot else 1)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("spark") / "site"
    generate(folder, 20_000, files=8)
    shutil.rmtree(folder / "shapes")
    # Blank nodes are named the same whoever parses them.
    (folder / "data" / "nodes.ttl").write_text(
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        "<https://example.org/a> skos:note [ skos:note [ skos:example 1 ] ] , [ skos:example 2 ] .\n"
    )
    return folder


def files(site: Path) -> dict[str, tuple[str, int]]:
    """The checksums of the files that a cluster makes, by their names."""
    manifest = json.loads((site / "snapshots" / "current" / "manifest.json").read_bytes())
    return {name: file for name, file in manifest["files"].items() if name in {DATASET, BY_OBJECT} or "dumps/" in name}


def executors(pid: int) -> list[int]:
    """The executors among all that a process has started, from whichever of its threads."""
    children = [child for path in Path(f"/proc/{pid}/task").glob("*/children") for child in path.read_text().split()]
    inside = [executor for child in children for executor in executors(int(child))]
    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    is_executor = words[0].endswith(b"java") and any(b"CoarseGrainedExecutorBackend" in word for word in words)
    return [*inside, pid] if is_executor else inside


def events(folder: Path) -> list[dict]:
    """What the log of the application says so far."""
    lines = [line for path in folder.rglob("*") if path.is_file() for line in path.read_bytes().splitlines()]
    return [json.loads(line) for line in lines if line.endswith(b"}")]


def test_a_lost_executor_changes_no_byte(site, tmp_path):
    publish(config.load(site), language="en", large_from=1)
    here = files(site)
    shutil.rmtree(site / "snapshots")
    log = tmp_path / "events"
    log.mkdir()
    (tmp_path / "spark-defaults.conf").write_text(
        f"spark.eventLog.enabled true\nspark.eventLog.compress false\nspark.eventLog.dir {log.as_uri()}\n"
        "spark.driver.host 127.0.0.1\nspark.driver.bindAddress 127.0.0.1\nspark.executor.memory 600m\n"
        "spark.eventLog.rolling.enabled false\n"
    )
    home = str(Path(pyspark.__file__).parent)
    environment = {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_CONF_DIR": str(tmp_path), "SPARK_HOME": home}
    process = subprocess.Popen(
        [sys.executable, "-c", PUBLISH, site],
        env={**os.environ, **environment, "EKOGRAPH_BUILDER": CLUSTER},
        stderr=subprocess.PIPE,
        cwd=tmp_path,
    )
    try:
        killed = False
        while process.poll() is None and not killed:
            time.sleep(0.02)
            stages = events(log)
            maps = [event for event in stages if event["Event"] == "SparkListenerStageCompleted"]
            # The stage that was to be read by the next one is done: its files are lost with the executor.
            running = {event["Stage Info"]["Stage ID"] for event in stages if "StageSubmitted" in event["Event"]}
            if len(maps) >= 3 and len(running) > len(maps):
                os.kill(executors(process.pid)[0], signal.SIGKILL)
                killed = True
        _, error = process.communicate(timeout=550)
    finally:
        process.kill()
    assert process.returncode == 0, error.decode()
    assert killed
    assert any(event.get("Task End Reason", {}).get("Reason") == "FetchFailed" for event in events(log))
    assert files(site) == here
