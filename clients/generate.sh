#!/usr/bin/env bash
# Makes both clients anew from openapi/openapi.json, by the generators that their lock files name.
# clients/generate.sh [typescript|python]: one of them. Needs Node 20 or Python 3.11, and their package registries.
set -euo pipefail
cd "$(dirname "$0")"
document=$PWD/../openapi/openapi.json

typescript() (
    cd typescript
    npm ci --silent --no-audit --no-fund
    npx openapi-typescript "$document" --output src/schema.d.ts >/dev/null
    npx tsc --project .
)

python() (
    cd python
    [ -x .venv/bin/python ] || python3 -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check --requirement requirements.txt
    rm -rf generated
    # What has only a JSON schema and no type of its own (metrics, the document itself) is left out, and said so.
    .venv/bin/openapi-python-client generate --path "$document" --config config.yaml \
        --output-path generated --overwrite 2>&1 | grep -E '^(WARNING|ERROR)' || true
    .venv/bin/pip install --quiet --disable-pip-version-check ./generated
    .venv/bin/mypy --strict main_job.py
)

for client in "${@:-typescript python}"; do # each is checked with its own strictest settings
    for each in $client; do "$each"; done
done
