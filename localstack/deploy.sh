#!/bin/sh
# Builds the functions and deploys infra/ to the LocalStack of compose.yaml, then makes the tenant and an administrator.
# Needs: the SAM CLI, samlocal (package aws-sam-cli-local), cargo-lambda. Can be repeated.
set -eu

endpoint=${AWS_ENDPOINT_URL:-http://127.0.0.1:4566}
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 AWS_REGION=us-east-1

case $(uname -m) in
  arm64 | aarch64) architecture=arm64 ;;
  *) architecture=x86_64 ;;
esac

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root/infra"
sam build --parameter-overrides "Architecture=$architecture"
samlocal deploy --no-confirm-changeset --no-fail-on-empty-changeset --parameter-overrides \
  "Architecture=$architecture" DeletionProtection=false S3PathStyle=true

cd "$root"
cargo run --quiet --release --package harrier -- admin create-tenant DEFAULT --aws-endpoint "$endpoint"
cargo run --quiet --release --package harrier -- admin create-user admin --aws-endpoint "$endpoint"
