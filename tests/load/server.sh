# What the measurements of this folder share: sourced by them, from the root of the repository, with `tools` set to the programs
# they need. Makes `work`, a directory that goes with the script, as the server does.

program=${HARRIER_BIN:-${CARGO_TARGET_DIR:-target}/server/harrier}
for tool in "${tools[@]}"; do
  command -v "$tool" >/dev/null || { echo "'$tool' is missing: apt-get install --yes $tool" >&2; exit 1; }
done
[ -x "$program" ] || { echo "'$program' is missing: cargo build --profile server --package harrier" >&2; exit 1; }

work=$(mktemp -d)
server=
cleanup() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
export HARRIER_ADMIN_PASSWORD=only-for-measuring

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

# OPTIONS of `harrier serve`. Starts the server on what is there; sets `server`, `url` and `took` (milliseconds until it listens).
start() {
  local begun
  begun=$(milliseconds)
  : >"$work/out"
  HARRIER_LOG=warn "$program" serve --listen 127.0.0.1:0 --storage-listen 127.0.0.1:0 --data "$work/data" "$@" >"$work/out" 2>&1 &
  server=$!
  until url=$(sed -n 's/^Harrier listens on //p' "$work/out") && [ -n "$url" ]; do
    kill -0 "$server" || { cat "$work/out" >&2; exit 1; }
    sleep 0.005
  done
  took=$(($(milliseconds) - begun))
}

stop() {
  kill "$server"
  wait "$server" || true
  server=
}

# METHOD PATH [JSON FILE]: prints the answer.
manage() {
  curl --silent --show-error --fail --user "admin:$HARRIER_ADMIN_PASSWORD" --request "$1" \
    ${3:+--header 'Content-Type: application/json' --data-binary "@$3"} "$url/rest/v1$2"
}
