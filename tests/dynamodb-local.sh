#!/usr/bin/env bash
# Runs the store suite against DynamoDB Local, AWS's own engine, in memory. Needs Java 17, Maven and, the first time, the
# network. Arguments go to `cargo test`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=${CARGO_TARGET_DIR:-$here/../target}
jars=$target/dynamodb-local
log=$target/dynamodb-local.log

if [ ! -e "$jars/.complete" ]; then
  mvn --batch-mode --quiet -f "$here/dynamodb-local/pom.xml" dependency:copy-dependencies \
    -DoutputDirectory="$jars" -DincludeScope=runtime
  touch "$jars/.complete"
fi

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

port=$(free_port)
java -Djava.library.path="$jars" -cp "$jars/*" \
  software.amazon.dynamodb.services.local.main.ServerRunner -inMemory -sharedDb -disableTelemetry -port "$port" \
  >"$log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true' EXIT

for _ in $(seq 100); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then ready=yes; break; fi
  kill -0 "$server" 2>/dev/null || break
  sleep 0.2
done
if [ "${ready:-no}" != yes ]; then
  echo "DynamoDB Local did not start:" >&2
  cat "$log" >&2
  exit 1
fi

cd "$here/.."
HARRIER_TEST_DYNAMODB_ENDPOINT="http://127.0.0.1:$port" cargo test -p harrier-tests --test store "$@"
