#!/usr/bin/env bash
# Installs the Debian packages that building and testing need and that are missing; a machine that has them is left as it is.
set -euo pipefail

# Program and package.
needed=(cc:build-essential cmake:cmake python3:python3-venv curl:curl openssl:openssl swupdate:swupdate cpio:cpio chromium:chromium)

missing=()
for pair in "${needed[@]}"; do
  command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
done
[ "${#missing[@]}" -gt 0 ] || exit 0

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
export DEBIAN_FRONTEND=noninteractive
echo "installing ${missing[*]}"
"${as_root[@]}" apt-get update -q
"${as_root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}"
