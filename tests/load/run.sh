#!/usr/bin/env bash
# What one `harrier serve` does on this machine: start time, resident memory, polls per second, and the processor time the server
# takes for a poll, which means the same on a machine that does other things too.
# Prints a table for docs/performance.md. Needs: an optimised build, wrk, curl (apt-get install --yes wrk curl).
#
# tests/load/run.sh [TARGETS]      default: 100000
# HARRIER_BIN: the program, by default target/server/harrier. SECONDS_EACH: how long each measurement takes.
set -euo pipefail
cd "$(dirname "$0")/../.."

targets=${1:-100000}
each=${SECONDS_EACH:-10}
tools=(wrk curl)
. tests/load/server.sh
gateway_token=the-gateway

resident() { awk '/^VmRSS:/ { printf "%.0f MB", $2 / 1024 }' "/proc/$server/status"; }

# Processor time of the server so far, microseconds.
processor_time() { awk -v tick="$(getconf CLK_TCK)" '{ printf "%.0f", ($14 + $15) * 1000000 / tick }' "/proc/$server/stat"; }

configure() { # KEY JSON
  echo "{\"value\": $2}" >"$work/value"
  manage PUT "/system/configs/$1" "$work/value"
}

create_targets() {
  local first
  for ((first = 1; first <= targets; first += 500)); do
    awk -v first="$first" -v last="$((first + 499 < targets ? first + 499 : targets))" 'BEGIN {
      for (i = first; i <= last; i++) printf "%s{\"controllerId\":\"load-%d\"}", i == first ? "[" : ",", i
      print "]" }' >"$work/batch"
    manage POST /targets "$work/batch" >"$work/made"
  done
}

# Requests per second, the slowest of 99 %, and processor time for each, when devices 1 to $1 poll in random order.
polls() {
  local before
  cat >"$work/poll.lua" <<LUA
request = function()
  return wrk.format("GET", "/DEFAULT/controller/v1/load-" .. math.random(1, $1))
end
LUA
  before=$(processor_time)
  wrk --threads 2 --connections 64 --duration "${each}s" --latency --script "$work/poll.lua" \
    --header "Authorization: GatewayToken $gateway_token" "$url" >"$work/wrk"
  if grep -q 'Non-2xx' "$work/wrk"; then
    cat "$work/wrk" >&2
    exit 1
  fi
  awk -v spent="$(($(processor_time) - before))" '/requests in/ { count = $1 } /^Requests\/sec/ { rate = $2 } /99%/ { slow = $2 }
    END { printf "%.0f per second, 99 %% within %s, %.0f µs of the processor each", rate, slow, spent / count }' "$work/wrk"
}

row() { printf '| %s | %s |\n' "$1" "$2"; }

start
first_start=$took
stop
start
row measured value
row --- ---
row 'program' "$(stat --format %s "$program" | awk '{ printf "%.1f MB", $1 / 1e6 }')"
row 'start on an empty directory' "$first_start ms"
row 'start on an existing one' "$took ms"
row 'resident memory, idle' "$(resident)"

configure authentication.gatewaytoken.key "\"$gateway_token\""
configure authentication.gatewaytoken.enabled true
begun=$(milliseconds)
create_targets
row "creating $targets targets, 500 a request" "$(awk -v n="$targets" -v ms="$(($(milliseconds) - begun))" \
  'BEGIN { printf "%.1f s (%.0f per second)", ms / 1000, n * 1000 / ms }')"
row "resident memory after that" "$(resident)"
rate=$(polls 1)
row 'polls, one device, seen a moment ago' "$rate"
rate=$(polls "$targets")
row "polls, $targets devices at random, last seen to be written" "$rate"
row 'resident memory after that' "$(resident)"
stop
start
row "start with $targets targets" "$took ms"
rate=$(polls "$targets")
row "resident memory with $targets targets, after a start and polls" "$(resident)"
stop
