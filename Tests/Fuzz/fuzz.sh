#!/bin/bash
# Runs fuzz targets and says how often each was executed:  fuzz.sh BINARY SECONDS [TARGET …]
# What a run generates stays in .build-fuzz/corpus; a finding's bytes lie in .build-fuzz/findings/TARGET.
set -euo pipefail

binary=$1 seconds=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || set -- $(ls "$here/corpus")

# No stack per allocation and a small quarantine: three times as many executions, and an overrun is still seen.
export ASAN_OPTIONS=malloc_context_size=0:quarantine_size_mb=4:detect_leaks=0:symbolize=0:${ASAN_OPTIONS:-}
# A trap is a finding at once; the bytes tell more than a slow look at the stack.
export SWIFT_BACKTRACE=enable=no
# The longest input that is worth trying.
declare -A longest=([staging]=32 [settings]=1024 [form]=512 [record]=1024 [registry]=1024 [workbook]=4096)
found=0
for target; do
    seeds=$here/corpus/$target grown=.build-fuzz/corpus/$target findings=.build-fuzz/findings/$target
    [ -d "$seeds" ] || { echo "no target '$target'; there are: $(ls -x "$here/corpus")" >&2; exit 2; }
    mkdir -p "$grown" "$findings"
    log=.build-fuzz/$target.log result="no finding"
    JIAYUAN_FUZZ=$target "$binary" -max_total_time="$seconds" -max_len="${longest[$target]:-2048}" -timeout=20 \
        -print_final_stats=1 -entropic=0 -artifact_prefix="$findings/" "$grown" "$seeds" >"$log" 2>&1 ||
        { found=1; result="FOUND: $(grep -m1 -E 'Fatal error|SUMMARY|ERROR' "$log" || tail -1 "$log")"; }
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    printf '%-10s %12s executions  %s\n' "$target" "${executions:-?}" "$result"
done
exit $found
