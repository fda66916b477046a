#!/usr/bin/env bash
# The release `midpg`. Only its path goes to stdout, so that `$(make -s build)` is a command.
exec 3>&1 1>&2
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$root/scripts/setup.sh"

guard
set_up rust
step "building midpg (release)" binary bash "$(task)" binary
cat "$logs/binary-path" >&3
