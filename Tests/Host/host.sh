#!/usr/bin/env bash
# host.sh BINARY: one Debian 12 machine with real systemd. Installs by `make install`, runs the
# aggregator and two nodes, pulls the cable, kills, hangs, misconfigures, stops. Root; exit 0 or 1.
#
# The aggregator runs in a network of its own inside the machine, reached over one cable (a veth
# pair), so that pulling it cuts exactly the uplink and nothing is reachable from outside.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../.." && pwd)
binary=$(realpath "$1")
lab=$project/.test-host
source "$here/container.sh"
source "$here/product.sh"

failures=0
check() {
    local text=$1
    shift
    if "$@"; then echo "  ok    $text"; else echo "  FAIL  $text"; failures=$((failures + 1)); fi
}
not() { ! "$@"; }
soon() { # soon SECONDS COMMAND...
    local end=$((SECONDS + $1))
    shift
    until "$@" 2>/dev/null; do [ $SECONDS -lt $end ] || return 1; sleep 0.2; done
}
property() { inside systemctl show "$1" -p "$2" --value; }
is() { [ "$(property "$1" "$2")" = "$3" ]; }
restarted() { is "$1" NRestarts "$2" && is "$1" ActiveState active; }
started() { restarted "$1" 0 && [ -n "$(property "$1" StatusText)" ]; }
low_exposure() { # the score is the verdict of systemd as it loaded the unit, drop-ins and all
    inside systemd-analyze security --threshold=15 "$1.service" >"$work/security" && tail -1 "$work/security"
}
kill_main() { inside kill "-$2" "$(property "$1" MainPID)"; }
cable() { inside ip -n district link set eth0 "$1"; }
milliseconds() { local start=${EPOCHREALTIME/./}; "$@" >&2; echo $(((${EPOCHREALTIME/./} - start) / 1000)); }
stops_within() { # MILLISECONDS UNIT
    local took
    took=$(milliseconds inside systemctl stop "$2")
    echo "        ($2: $took ms)"
    [ "$took" -le "$1" ] && is "$2" Result success
}

# A binary with the Swift library inside needs nothing; any other borrows this machine's toolchain.
swift_library() { ldd "$binary" 2>/dev/null | awk '/libswift|libFoundation|libdispatch/ && $3 ~ /^\// { print $3 }' | xargs -r -n1 dirname | sort -u; }

clean_up() {
    local status=$?
    trap - EXIT
    power_off
    mountpoint -q "$work/root" && umount "$work/root"
    rm -rf --one-file-system "$work"
    exit $status
}

mkdir -p "$lab"
exec 9>"$lab/lock"
flock -n 9 || { echo "another test-host run is under way" >&2; exit 1; }
work=$(mktemp -d "$lab/run.XXXX")
trap clean_up EXIT
trap 'exit 130' INT TERM

make_base "$lab/base"
mkdir "$work/root" "$work/upper" "$work/overlay"
mount -t overlay overlay -o "lowerdir=$lab/base,upperdir=$work/upper,workdir=$work/overlay" "$work/root" 2>/dev/null ||
    cp -a "$lab/base/." "$work/root"
make -s -C "$project" install DESTDIR="$work/root" BIN="$binary"
binds=()
for folder in $(swift_library); do binds+=("--bind-ro=$folder"); done
[ ${#binds[@]} -eq 0 ] || echo "not a release binary: the Swift library is lent read-only (${binds[*]})"

node1=jiayuan-node@wujia node2=jiayuan-node@yujia district=jiayuan-aggregator

echo "boot and install"
check "the machine is up, no failed unit" boot "$work/root" "${binds[@]}"
check "every library is there" bash -c '! grep "not found" <<<"$1"' _ "$(inside ldd /usr/bin/jiayuan 2>&1)"
inside systemd-sysusers
inside systemd-tmpfiles --create jiayuan.conf
inside ip netns add district
inside ip link add uplink0 type veth peer name eth0 netns district
inside ip addr add 10.77.0.2/24 dev uplink0
inside ip -n district addr add 10.77.0.1/24 dev eth0
for link in "uplink0" "lo"; do inside ip link set "$link" up; done
for link in "eth0" "lo"; do inside ip -n district link set "$link" up; done
inside mkdir -p "/etc/systemd/system/$district.service.d" "/etc/systemd/system/$node2.service.d"
printf '[Service]\nNetworkNamespacePath=/run/netns/district\n' | put "/etc/systemd/system/$district.service.d/network.conf"
printf '[Service]\nWatchdogSec=3\n' | put "/etc/systemd/system/$node2.service.d/watchdog.conf"
inside systemctl daemon-reload
check "the daemons' folder isn't for everybody" test "$(inside stat -c '%a %G' /etc/jiayuan/nodes)" = "2750 _jiayuan"

echo "start"
configure_aggregator
inside systemctl enable --quiet --now "$district"
register_units
for name in wujia yujia; do configure_node "$name"; done
inside systemctl enable --quiet --now "$node1" "$node2"
for unit in $district $node1 $node2; do
    check "$unit is active and says how it stands" soon 10 started "$unit"
done
registry wujia 7-1-101 7-1-102
registry yujia 1-1-101
visit wujia 7-1-101
check "one visit reaches the district" soon 20 completed 1
check "the node knows it" soon 10 unacknowledged wujia 0

echo "cable pulled"
cable down
visit wujia 7-1-102
check "a visit is recorded, and unacknowledged" soon 5 unacknowledged wujia 1
kill_main "$node1" KILL
check "kill -9 of the node: restarted by systemd, still cut off" soon 15 restarted "$node1" 1
check "nothing is lost" soon 5 unacknowledged wujia 1
echo "        $node1: $(property "$node1" StatusText)"
cable up
check "plugged in: the district has both visits" soon 60 completed 2
check "and the node knows it" soon 10 unacknowledged wujia 0

echo "the aggregator is killed"
kill_main "$district" KILL
check "kill -9 of the aggregator: restarted by systemd" soon 15 restarted "$district" 1
check "its counts are still there" soon 20 completed 2
visit yujia 1-1-101
check "and it takes more" soon 60 completed 3

echo "a hung node"
kill_main "$node2" STOP
check "the watchdog ends it and it is started again" soon 30 restarted "$node2" 1

echo "a wrong configuration"
inside sh -c 'cp -p /etc/jiayuan/nodes/yujia.yaml /run/good.yaml; echo "no_such_key: 1" >>/etc/jiayuan/nodes/yujia.yaml'
inside systemctl restart "$node2" 2>/dev/null || true
sleep 3
check "exit 78, and no loop of restarts" is "$node2" ExecMainStatus 78
check "the unit has failed, for everybody to see" is "$node2" ActiveState failed
inside journalctl -u "$node2" -o cat -n 40 --no-pager | grep no_such_key | tail -1 | sed 's/^/        /' || true
inside sh -c 'cat /run/good.yaml >/etc/jiayuan/nodes/yujia.yaml'
inside systemctl restart "$node2"
check "mended: it serves again" soon 10 is "$node2" ActiveState active

echo "stop and start"
for unit in $node1 $node2 $district; do check "$unit stops within 5 s" stops_within 5000 "$unit"; done
inside systemctl start "$district" "$node1" "$node2"
check "nothing is lost by it" soon 20 completed 3
check "a backup of the registry succeeds beside the daemon" inside systemctl start jiayuan-backup@aggregator
inside systemctl stop "$district"
sleep 1 # the copies are named by the second
check "and without it" inside systemctl start jiayuan-backup@aggregator
inside systemctl start "$district"
check "two copies, for nobody else's eyes" test "$(inside sh -c 'stat -c %a%U /var/lib/jiayuan/aggregator/backup/*' | xargs)" = "600_jiayuan 600_jiayuan"
for unit in $district $node1 jiayuan-backup@aggregator; do
    check "exposure of $unit is at most 1.5" low_exposure "$unit"
done

noisy() { inside journalctl -u 'jiayuan*' --no-pager -o cat | grep "Failed to set thread priority"; }
check "the runtime finds nothing to complain about" not noisy

inside systemctl status --no-pager --lines=4 "$district" "$node1" "$node2" || true
if [ $failures -gt 0 ]; then
    inside journalctl -u 'jiayuan*' --no-pager -o short -n 60 || true
    echo "test-host: $failures checks failed"
    exit 1
fi
echo "test-host: all checks hold"
