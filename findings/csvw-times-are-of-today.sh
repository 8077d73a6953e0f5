#!/usr/bin/env bash
# Guess: A time of day in CSV is read as a time, and a date as a date.
# Instead: A time comes as a datetime of the day on which the script runs, and a date as a datetime at midnight: the
# same file gives other values tomorrow.
# Seen: csvw 4.1.1 (PyPI), 29 November 2026
# Right: CSV on the Web, Tabular Data Model, 6.4.4: the values of xsd:time and xsd:date.
# Do: Take .time() and .date() of what comes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q csvw==4.1.1
echo "Versions: csvw==4.1.1"

printf 'at,on\n10:00:00,2026-01-31\n' > data.csv
cat > data.csv-metadata.json <<'END'
{"@context": "http://www.w3.org/ns/csvw", "url": "data.csv",
 "tableSchema": {"columns": [{"name": "at", "datatype": "time"}, {"name": "on", "datatype": "date"}]}}
END
cat > read.py <<'END'
from datetime import date

import csvw

(row,) = csvw.CSVW("data.csv-metadata.json").tables[0].iterdicts()
print(type(row["at"]).__name__, row["at"].time(), "of today" if row["at"].date() == date.today() else row["at"].date())
print(type(row["on"]).__name__, row["on"])
END
venv/bin/python read.py > actual

cat > expected <<'END'
datetime 10:00:00 of today
datetime 2026-01-31 00:00:00
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
