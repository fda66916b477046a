#!/usr/bin/env bash
# Removes what was built into this clone; with --cache also what all clones share.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

rm -rf pkg/score pkg/cpu pkg/gpu pkg/client pkg/THIRD-PARTY-NOTICES pkg/LICENSE-* pkg/.tmp-* target dist "$logs" \
    "$www/dist" "$www/public/pkg" "$www/public/samples" "$www/public"/.tmp-*
if [ "${1:-}" = --cache ]; then
    rm -rf "$cache"
    say "removed $cache"
elif [ -d "$cache" ]; then
    say "kept: $cache ($(du -sh "$cache" | cut -f 1) of tools, dependencies and packages; \`make clean-cache\` removes it)"
fi
