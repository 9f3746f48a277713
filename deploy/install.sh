#!/bin/sh
# Run while the image is built: makes /opt/jembatan, a Python environment without pip, in two steps.
# Files come from wheelhouse/ if it is filled (`make wheelhouse`), else from the package index; the lock's hashes
# hold for both.
set -eu

own_pip() { python3 -c 'import os, pip; print(os.path.dirname(os.path.dirname(pip.__file__)))'; }

if ls wheelhouse/pip-*.whl >/dev/null 2>&1; then
    PIP=$(echo "$PWD"/wheelhouse/pip-*.whl)
    FROM="--no-index --find-links wheelhouse"
else
    PIP=$(own_pip)
    FROM=""
fi
pip_of() {
    environment=$1
    shift
    PYTHONPATH=$PIP "$environment/bin/python" -m pip --no-cache-dir --disable-pip-version-check --quiet "$@"
}

case $1 in
libraries)
    python3 -m venv --without-pip tools
    python3 -m venv --without-pip /opt/jembatan
    # shellcheck disable=SC2086
    pip_of tools install $FROM --require-hashes --only-binary :all: -r requirements/build.txt
    # shellcheck disable=SC2086
    pip_of /opt/jembatan install $FROM --require-hashes --only-binary :all: -r requirements/service.txt
    ;;
own)
    PATH="$PWD/tools/bin:$PATH" pip_of tools wheel --no-deps --no-index --no-build-isolation --wheel-dir own . ./shared
    pip_of /opt/jembatan install --no-deps --no-index own/*.whl
    ;;
esac
