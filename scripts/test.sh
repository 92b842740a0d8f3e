#!/usr/bin/env bash
# Checks everything: prepares the machine, then format, lint, types, unit tests and integration tests with real guests.
# The last line says how many tests passed and failed; the exit code is 0 only when none failed.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.." || exit 1
export HOME="${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}"

arguments=(--integration)
case ${1:-} in
  '') ;;
  --unit) arguments=() ;;
  -*)
    cat <<'USAGE'
usage: ./test            everything, real guests included (needs root on Debian)
       ./test --unit     only what needs no virtual machine: format, lint, types, unit tests
       ./test path...    only these test files
USAGE
    [ "$1" = --help ] && exit 0 || exit 2
    ;;
  *) arguments=("$@") ;;
esac

# what tests need besides, scripts/check.ts has installed: the checks of the code go on meanwhile
if ! scripts/setup.sh node; then
  echo 'The machine could not be prepared, so nothing was tested.'
  echo '0 passed, 1 failed'
  exit 1
fi
exec node_modules/.bin/node scripts/check.ts ${arguments[@]+"${arguments[@]}"}
