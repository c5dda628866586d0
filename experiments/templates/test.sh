#!/bin/sh
# Checks the config and runs it on one thread and on two: both must give the same bytes.
# usage: my_component/test.sh [LIBRARY]    (default: what the config names)
set -eu
varangian=${VARANGIAN:-@program@}
library=${1:+$(realpath "$1")}
cd "$(dirname "$0")/.."  # where paths in the config start
set -- my_component/config.json --set /rounds=20 ${library:+--set /plugins=[] --plugin "$library"}
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
"$varangian" check "$@" --out "$results" > /dev/null
for threads in 1 2; do
  "$varangian" run "$@" --out "$results/$threads" --threads $threads --quiet
done
for record in metrics diagnostics workers; do
  for one in "$results"/1/my_component/*/$record.csv; do
    [ ! -f "$one" ] || cmp "$one" "$results"/2/my_component/*/$record.csv
  done
done
echo "my_component: passed"
