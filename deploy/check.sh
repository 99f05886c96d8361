#!/usr/bin/env bash
# Runs every check and test: makes what it needs first, runs every stage whatever the others say, prints the seconds
# of each, and ends with pytest's summary line. Fails if any stage failed. What follows the command goes to pytest.
#
# shellcheck disable=SC2329  # stages call the functions below by their names
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/venv.sh
source deploy/venv.sh

# Two OpenMP threads on a busy two-core machine are several times slower than one.
export OMP_NUM_THREADS=1
failed=()
took=()

# stage NAME COMMAND...: run it, note its seconds, remember whether it failed.
stage() {
    local name=$1 began=$SECONDS
    shift
    say "== $name"
    "$@" || failed+=("$name")
    took+=("$((SECONDS - began)) s $name")
}

# Type checkers and import-linter do not follow editable installations: they read limner through these links.
link_names() {
    local folder
    mkdir -p build/names/limner
    for folder in bots deploy engine queue storage tests; do
        ln -sfn "../../../$folder" "build/names/limner/$folder"
    done
}

have_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

# The browser tests drive a real Chromium. Where there is none and it cannot be had, they say so themselves.
get_chromium() {
    if have_chromium >/dev/null || [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
        return 0
    fi
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
}

have_postgresql() { compgen -G "/usr/lib/postgresql/*/bin/initdb" || command -v initdb; }

# The tests of storage start a PostgreSQL of their own. Debian's package would start one as well, which nobody asked for.
get_postgresql() {
    if have_postgresql >/dev/null || [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
        return 0
    fi
    mkdir -p /etc/postgresql-common
    [[ -e /etc/postgresql-common/createcluster.conf ]] ||
        echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
}

# Known weaknesses of what is installed are told, and fail nothing: a report may come any day, and mending it is a change
# of its own. Without a way to the database nothing is told but that.
audit() {
    timeout 180 .venv/bin/pip-audit --skip-editable --progress-spinner off >build/audit.txt 2>&1 || true
    if grep -q "^Traceback" build/audit.txt; then
        say "The database of weaknesses could not be asked; see build/audit.txt."
        return 0
    fi
    grep -v "could not be audited" build/audit.txt || true
    say "$(grep -c "could not be audited" build/audit.txt || true) packages could not be looked up; see build/audit.txt."
}

make_venv
stage "install" install dev
stage "chromium" get_chromium
stage "postgresql" get_postgresql
link_names
stage "ruff check" .venv/bin/ruff check .
stage "ruff format" .venv/bin/ruff format --check .
stage "mypy" .venv/bin/python -m mypy -p limner
stage "import directions" env PYTHONPATH=build/names .venv/bin/lint-imports
stage "shellcheck" .venv/bin/shellcheck -x deploy/up.sh deploy/check.sh deploy/bench-gpu.sh .ci/run
mkdir -p build
stage "audit" audit
tests() { .venv/bin/python -m pytest --durations=15 "$@" | tee build/pytest.txt; }
stage "tests" tests "$@"

printf '%s\n' "" "Seconds of each stage:" "${took[@]}"
if ((${#failed[@]})); then
    printf 'Failed: %s\n' "${failed[@]}"
fi
tail -n 1 build/pytest.txt
exit $((${#failed[@]} > 0))
