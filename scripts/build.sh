#!/bin/sh
# Runs tasks of turbo without output, so that a command prints only its own result. The output of a failed task is printed.
set -u
log=$(mktemp)
(sleep 3 < /dev/null > /dev/null 2>&1 && echo "Building…" >&2) &
notice=$!
TURBO_TELEMETRY_DISABLED=1 turbo run "$@" --output-logs=errors-only > "$log" 2>&1
status=$?
kill "$notice" 2> /dev/null
[ "$status" -eq 0 ] || cat "$log" >&2
rm -f "$log"
exit "$status"
