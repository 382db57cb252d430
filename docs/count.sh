#!/usr/bin/env bash
# Counts how much there is to know: lines of the HTTP layer, files that a resource stands in, files that an endpoint
# is read from. Run at the top of the repository; nothing is changed.
set -euo pipefail
cd "$(dirname "$0")/.."

lines() { find "$@" -name '*.rs' -print0 | xargs -0 cat | wc -l; }

echo "lines"
for part in src src/http src/http/kernel src/http/openapi; do
    printf '  %-20s %6d\n' "$part" "$(lines "$part")"
done

# A resource stands where its name is said outside of comments: what a new one of its kind would touch.
echo "files of a resource (src and migrations)"
for noun in Webhook Comment Year; do
    lower=${noun,,}
    count=$(grep -rlE "\b($noun[A-Za-z]*|${lower}s?(::|\.rs)|mod ${lower}s?)\b" src migrations --include='*.rs' --include='*.sql' \
        | xargs grep -lE "^[^/]*\b($noun[A-Za-z]*|${lower}s?::|mod ${lower}s?|TABLE ${lower}s?)\b" | sort -u | wc -l)
    printf '  %-20s %6d\n' "$lower" "$count"
done

# An endpoint is read from its own file, what that file imports of its noun and of the operations, and nothing of the
# kernel, which is learned once.
echo "files of an endpoint"
for endpoint in webhooks/mod.rs:replace_webhook years/write.rs:replace_year reports/sections.rs:replace_section \
    reports/read.rs:read_report agencies/write.rs:create_agency tokens/mod.rs:create_token; do
    file=src/http/${endpoint%%:*}
    grep -q "fn ${endpoint##*:}(" "$file"
    named=$(sed -n '/^use /,/;$/p' "$file" | tr -d '\n' | tr ';' '\n' \
        | grep -E 'use (super::|crate::(http|operations))' | grep -vE 'kernel|::language|actix' \
        | sed -E 's/^use //; s/::\{.*//; s/::[A-Z].*//' | sort -u | wc -l)
    printf '  %-20s %6d\n' "${endpoint##*:}" "$((named + 1))"
done
