"""Large documents that several threads held at once leave no memory behind, wherever an installation was put together."""

import subprocess
import sys

HOLDERS = 4
DOCUMENT_BYTES = 16_000_000

HOLDING = f"""
import resource, sys, threading
from pathlib import Path
from services.settings import Settings
from services.wiring import open_node

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

def hold(together):
    document = b"x" * {DOCUMENT_BYTES}
    together.wait(30)

def all_hold():
    together = threading.Barrier({HOLDERS})
    holders = [threading.Thread(target=hold, args=(together,)) for _ in range({HOLDERS})]
    for holder in holders:
        holder.start()
    for holder in holders:
        holder.join()

node = open_node(Settings(data_dir=sys.argv[1]))
before = resident()
for _ in range(3):
    all_hold()  # the first time teaches an allocator that learns
print("KEPT", resident() - before)
node.close()
"""


def test_documents_that_were_held_at_once_leave_nothing_behind(tmp_path):
    command = [sys.executable, "-c", HOLDING, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    kept = int(done.stdout.split("KEPT")[1])

    assert kept < DOCUMENT_BYTES, f"{kept} bytes of {HOLDERS} documents are still held"
