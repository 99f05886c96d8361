# shellcheck shell=bash
# Makes .venv and installs limner into it, only when something changed. Sourced by up.sh and check.sh from the
# repository's root; knows nothing of what is started afterwards.

say() { printf '%s\n' "$*" >&2; }

# Print a Python of 3.11 or newer. The tested version comes first.
find_python() {
    local candidate
    for candidate in ${LIMNER_PYTHON:+"$LIMNER_PYTHON"} python3.11 python3.12 python3.13 python3; do
        # Run, not looked up: version managers leave stand-ins on the path for versions that are not there.
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
    done
    say "limner needs Python 3.11 or newer and found none: install it (Debian, Ubuntu: apt-get install python3 python3-venv), or name one with LIMNER_PYTHON."
    return 1
}

make_venv() {
    local python
    if .venv/bin/python -c '' >/dev/null 2>&1; then
        return
    fi
    python=$(find_python) || return 1
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        say "$python cannot make virtual environments: install its venv package (Debian, Ubuntu: apt-get install python3-venv)."
        return 1
    fi
    say "Making .venv with $("$python" --version)."
    "$python" -m venv --clear .venv
}

# What decides whether an installation is still right: what is asked for, and where and with which Python it stands.
fingerprint() {
    { cat pyproject.toml deploy/constraints.txt; pwd; .venv/bin/python --version; printf '%s\n' "$1"; } | cksum
}

# install EXTRA: limner with that extra, in the tested versions.
install() {
    local torch wanted
    torch=${LIMNER_TORCH:-$(cat .venv/limner-torch 2>/dev/null || true)}
    wanted=$(fingerprint "$torch")
    if [[ $(cat ".venv/limner-$1" 2>/dev/null || true) == "$wanted" ]]; then
        return
    fi
    say "Installing limner's libraries into .venv. This is done once and takes a few minutes."
    cp deploy/constraints.txt .venv/limner-constraints.txt
    if [[ -n $torch ]]; then
        # A build of your own, such as one for your GPU: the tested version does not bind.
        grep -v '^torch==' deploy/constraints.txt >.venv/limner-constraints.txt
        .venv/bin/python -m pip install --disable-pip-version-check "$torch" || return 1
        printf '%s\n' "$torch" >.venv/limner-torch
    fi
    .venv/bin/python -m pip install --disable-pip-version-check -c .venv/limner-constraints.txt -e ".[$1]" || {
        say "The installation failed; the lines above say why. Run the command again once that is mended: it goes on from there."
        return 1
    }
    printf '%s\n' "$wanted" >".venv/limner-$1"
}
