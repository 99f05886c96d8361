#!/usr/bin/env bash
# Starts limner on a machine with Python 3.11 or newer and nothing else: installs it into .venv the first time, then
# runs `limner up`, which prints the address of the chat page. What follows the command goes to `limner up`.
#
# LIMNER_PYTHON chooses the Python, LIMNER_TORCH the build of torch (README.md, "A GPU").
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/venv.sh
source deploy/venv.sh

make_venv
install all
exec .venv/bin/python -m limner.deploy.cli up "$@"
