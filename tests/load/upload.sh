#!/usr/bin/env bash
# A large file by `harrier upload`: the uploader is killed half-way and started again, then a download is compared with the
# original. Prints a table for docs/performance.md: how long it takes, and the most memory either side ever held.
# Needs: an optimised build, curl, jq (apt-get install --yes curl jq), and three times the file's size on disk.
#
# tests/load/upload.sh [MEGABYTES]      default: 5120
# HARRIER_BIN: the program, by default target/server/harrier. TMPDIR: where the files go.
set -euo pipefail
cd "$(dirname "$0")/../.."

megabytes=${1:-5120}
tools=(curl jq)
. tests/load/server.sh
export HARRIER_PASSWORD=$HARRIER_ADMIN_PASSWORD

# The most memory a process ever held, megabytes.
peak() { awk '/^VmHWM:/ { printf "%.0f", $2 / 1024 }' "/proc/$1/status" 2>/dev/null || true; }

# Starts to upload in the background; sets `uploader`.
upload() {
  "$program" upload "$work/image" --module "$module" --url "$url" >"$work/uploaded" 2>&1 &
  uploader=$!
}

head --bytes "${megabytes}M" /dev/urandom >"$work/image"
start --quotas artifact-size=0,artifact-storage=0
echo '[{"name": "image", "version": "1", "type": "os"}]' >"$work/module"
module=$(manage POST /softwaremodules "$work/module" | jq '.[0].id')
idle=$(peak "$server")

# Megabytes; files come and go meanwhile.
stored() { du --summarize --block-size=1M "$work/data" 2>/dev/null | cut --fields 1; }

# Killed once half of the bytes are there.
upload
while [ "$(stored)" -lt $((megabytes / 2)) ]; do
  kill -0 "$uploader" || { cat "$work/uploaded" >&2; exit 1; }
  sleep 0.1
done
kill -9 "$uploader"
wait "$uploader" || true

begun=$(milliseconds)
upload
uploader_peak=0
while kill -0 "$uploader" 2>/dev/null; do
  seen=$(peak "$uploader")
  [ "${seen:-0}" -le "$uploader_peak" ] || uploader_peak=$seen
  sleep 0.1
done
wait "$uploader" || { cat "$work/uploaded" >&2; exit 1; }
took=$(($(milliseconds) - begun))

artifacts=/softwaremodules/$module/artifacts
artifact=$(manage GET "$artifacts" | jq '.[0].id')
begun=$(milliseconds)
manage GET "$artifacts/$artifact/download" | cmp - "$work/image"
downloaded=$(($(milliseconds) - begun))

cat <<TABLE
| a file of $megabytes MiB | value |
|---|---|
| the rest after a kill half-way: hash, send, take in | $((took / 1000)) s |
| download, compared with the original | $((downloaded / 1000)) s |
| server, most memory: idle / in the end | $idle MB / $(peak "$server") MB |
| uploader, most memory | $uploader_peak MB |
TABLE
