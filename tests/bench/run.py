"""`make bench`: the pipeline beside its floor, an alert and a search page. On a shared machine read the ratios."""

import json
import os
import statistics
import subprocess
import sys

from tests.bench import search, understanding
from tests.bench.ring import ring
from tests.bench.sources import CADENCE_SECONDS, SOURCES, listening

SIZES = (1_000, 10_000, 50_000)


def main() -> None:
    """Measure and print a table."""
    understanding.main()
    sizes = [int(size) for size in os.environ.get("BENCH_SIZES", "").split(",") if size] or SIZES
    print(
        f"{'signals':>8} {'floor /s':>9} {'pipeline /s':>12} {'cost, floors':>13} {'in CPU time':>12} {'memory MB':>10}"
    )
    for size in sizes:
        floor, whole = _measured("floor", size), _measured("pipeline", size)
        ratio, cpu_ratio = (whole[unit] / floor[unit] for unit in ("seconds", "cpu_seconds"))
        per_second = [size / one["seconds"] for one in (floor, whole)]
        print(
            f"{size:>8} {per_second[0]:>9.0f} {per_second[1]:>12.0f} {ratio:>13.2f} {cpu_ratio:>12.2f} {whole['rss_mb']:>10.0f}",
            flush=True,
        )
    waits = sorted(ring(per_second=20, seconds=20))
    p99 = waits[int(len(waits) * 0.99)]
    print(
        f"intake to webhook at 20 a second, {len(waits)} alerts: p50 {statistics.median(waits):.3f} s, p99 {p99:.3f} s"
    )
    share, looks = listening()
    print(
        f"{SOURCES} sources with nothing new, every {CADENCE_SECONDS} s ({looks} looks): {share:.1%} of a core",
        flush=True,
    )
    search.main()


def _measured(what: str, size: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.pipeline", what, str(size)], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


if __name__ == "__main__":
    main()
