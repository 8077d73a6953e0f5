#!/usr/bin/env bash
# Guess: A datetime with a time zone is converted to GMT for Accept-Datetime.
# Instead: Its clock is printed as it is and called GMT: 12:00+03:00 becomes 12:00 GMT, three hours late.
# Seen: memento-client 0.6.1, 29 November 2026
# Right: RFC 7089, 2.1.1: Accept-Datetime is in GMT.
# Do: Convert to UTC before the call.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q memento-client==0.6.1
echo "Versions: memento-client==0.6.1"

cat > convert.py <<'END'
from datetime import UTC, datetime, timedelta, timezone

from memento_client import MementoClient

moment = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=3)))
print(MementoClient.convert_to_http_datetime(moment))
print(MementoClient.convert_to_http_datetime(moment.astimezone(UTC)))
END
venv/bin/python -W ignore convert.py > actual

cat > expected <<'END'
Wed, 01 Jul 2026 12:00:00 GMT
Wed, 01 Jul 2026 09:00:00 GMT
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
