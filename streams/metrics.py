"""Every metric once: name, unit, help and bounded labels; each exists at zero."""

from prometheus_client import Counter, Gauge, Histogram

RECORDS = Counter("tocsin_records_total", "Records a stage has handled.", ["stage"])
DEAD_LETTERS = Counter("tocsin_dead_letters_total", "Records a stage refused.", ["stage", "error"])
RETRIES = Counter("tocsin_retries_total", "Batches tried again because a port was unavailable.", ["stage"])
BATCH_SECONDS = Histogram("tocsin_batch_seconds", "Time from taking a batch to settling it, in seconds.", ["stage"])
LAG = Gauge("tocsin_lag_records", "Records that a stage has not taken yet.", ["stage"])
INTAKE = Counter("tocsin_intake_total", "Signals at the door.", ["answer"])
DELIVERIES = Counter("tocsin_deliveries_total", "Tries to deliver an alert.", ["outcome"])
REQUESTS = Counter("tocsin_http_requests_total", "HTTP requests answered.", ["route", "status"])
SOURCE_LOOKS = Counter("tocsin_source_looks_total", "Looks at sources.", ["outcome"])
SOURCE_ITEMS = Counter("tocsin_source_items_total", "Items that sources had.", ["answer"])
READERS = Gauge("tocsin_readers", "Processes that make pages.")
PAGES = Counter("tocsin_pages_total", "Pages of hits asked for, and those made: the others were remembered.", ["step"])
SOURCES = Gauge("tocsin_sources", "Sources of the catalogue.", ["health"])

STAGES = ("classify", "correlate", "release", "index", "publish", "match", "alert", "deliver")
ERRORS = ("InvalidInput", "Bug")

for _stage in STAGES:
    RECORDS.labels(_stage)
    RETRIES.labels(_stage)
    BATCH_SECONDS.labels(_stage)
    LAG.labels(_stage)
    for _error in ERRORS:
        DEAD_LETTERS.labels(_stage, _error)
for _answer in ("accepted", "rejected"):
    INTAKE.labels(_answer)
for _outcome in ("done", "retry", "dead", "pause"):
    DELIVERIES.labels(_outcome)
for _step in ("asked", "made"):
    PAGES.labels(_step)
for _outcome in ("read", "unchanged", "failed"):
    SOURCE_LOOKS.labels(_outcome)
for _health in ("off", "waiting", "failing", "late", "empty", "silent", "ok"):
    SOURCES.labels(_health)
for _answer in ("new", "known", "refused"):
    SOURCE_ITEMS.labels(_answer)
