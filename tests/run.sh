#!/bin/sh
# Every test, live ones included: prepares what they need, then formatting, lints, tests.
set -eu
cd "$(dirname "$0")/.."

sh tests/prepare.sh
cargo fmt --check
cargo clippy --locked --all-targets -- -D warnings
ROLEWRIGHT_LIVE=required cargo test --locked "$@"
