"""`tocsin --help` loads no heavy client: they wait until a command needs them."""

import subprocess
import sys

HEAVY = ("alembic", "fastapi", "httpx", "pydantic", "sqlalchemy", "tantivy", "trafilatura", "uvicorn", "schemas.topics")


def test_help_loads_no_heavy_library():
    script = """
import sys
sys.argv = ["tocsin", "--help"]
try:
    import services.cli
    services.cli.main()
except SystemExit:
    print("LOADED", *sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = done.stdout.split("LOADED")[1].split()
    assert "typer" in loaded
    assert not [name for name in HEAVY if name in loaded]
