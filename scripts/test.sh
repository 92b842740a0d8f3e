#!/usr/bin/env bash
# Checks everything: prepares the machine, then format, lint, types, unit tests and integration tests with real guests.
# The last line says how many tests passed and failed; the exit code is 0 only when none failed.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.." || exit 1
export HOME="${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}"

parts=(system node appliance console)
arguments=(--integration)
rsync=yes
case ${1:-} in
  '') ;;
  --unit)
    parts=(node)
    arguments=()
    rsync=no
    ;;
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

if ! scripts/setup.sh "${parts[@]}"; then
  echo 'The machine could not be prepared, so nothing was tested.'
  echo '0 passed, 1 failed'
  exit 1
fi
[ "$rsync" = no ] || scripts/setup.sh rsync || echo 'Tests of rsync datastores are left out.'
[ "$rsync" = no ] || scripts/setup.sh browser || echo 'Tests of the console in a browser are left out.'
[ "$rsync" = no ] || scripts/setup.sh servers || echo 'Tests of restic datastores on servers and of PostgreSQL are left out.'
exec node_modules/.bin/node scripts/check.ts ${arguments[@]+"${arguments[@]}"}
