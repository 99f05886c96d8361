#!/usr/bin/env bash
# Measures the floor on a machine with a GPU, and prints the table of docs/performance.md: installs limner into .venv,
# then runs `limner bench floor` on a base of Stable Diffusion 1.5's size. What follows the command goes to it; with
# `--base FOLDER` that base is measured instead. Nothing is downloaded but the libraries.
#
# LIMNER_TORCH chooses the build of torch (README.md, "A GPU"); LIMNER_BENCH is where floor.json goes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/venv.sh
source deploy/venv.sh

make_venv
install all
if ! .venv/bin/python -c 'import sys, torch; sys.exit(not torch.cuda.is_available())'; then
    say "torch sees no GPU here: install its driver, or name a build of torch for it with LIMNER_TORCH."
    exit 1
fi
nvidia-smi --query-gpu=name,driver_version,memory.total,power.limit --format=csv >&2 || true

base=(--sd15-size --users 8 --steps 20)
for word in "$@"; do
    [[ $word != --base* ]] || base=()
done
exec .venv/bin/python -m limner.deploy.cli bench floor --out "${LIMNER_BENCH:-build/bench-gpu}" "${base[@]}" "$@"
