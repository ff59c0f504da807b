# Boots one Debian tree under systemd-nspawn as a full machine (systemd is its process 1), without a
# systemd host: no machined, no D-Bus outside. Sourced by host.sh.

# Every call into the machine has a time limit: a machine that powers off under us would hang it.
inside() {
    timeout -s KILL "${LIMIT:-60}" nsenter -t "$leader" -m -u -i -n -p -C -r -w \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LANG=C.UTF-8 SYSTEMD_PAGER= SYSTEMD_COLORS=0 \
        "$@" </dev/null
}

# make_base DIR: a minimal Debian 12 with what the daemon needs at run time, made once and kept.
make_base() {
    [ -e "$1.complete" ] && return
    local mirror
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' 'Created-By: Packages' 2>/dev/null | head -1)
    echo "making a Debian 12 tree (a minute or two, once)"
    rm -rf --one-file-system "$1"
    debootstrap --variant=minbase \
        --include=systemd,systemd-sysv,dbus,iproute2,curl,procps,ca-certificates,libcurl4,libsqlite3-0,zlib1g,libqrencode4,libminizip1,libexpat1,libxlsxwriter4 \
        bookworm "$1" "${mirror:-http://deb.debian.org/debian}" >"$1.log" 2>&1 </dev/null ||
        { tail -20 "$1.log"; return 1; }
    touch "$1.complete"
}

# boot ROOT [nspawn arguments]: sets `nspawn` and `leader`, process ids on the host (so never call it
# in a subshell: they would be lost and the machine left running), and succeeds once all units are up.
nspawn= leader=
boot() {
    local root=$1
    shift
    # An identity of its own, and not an empty one: systemd would take that for a first boot and
    # enable every unit that is installed.
    tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
    echo jiayuan-host >"$root/etc/hostname"
    setsid systemd-nspawn --quiet -M jiayuan-host -D "$root" --register=no --keep-unit --boot \
        --kill-signal=SIGRTMIN+3 --console=pipe --private-network "$@" </dev/null >"$work/console" 2>&1 &
    nspawn=$!
    for _ in $(seq 300); do
        leader=$(pgrep -P "$nspawn" | head -1 || true)
        [ -n "$leader" ] && [ -S "/proc/$leader/root/run/dbus/system_bus_socket" ] && break
        kill -0 "$nspawn" 2>/dev/null || { echo "the machine did not boot:"; cat "$work/console"; return 1; }
        sleep 0.1
    done
    inside systemctl is-system-running --wait >"$work/boot" && grep -qx running "$work/boot"
}

# Ends what `boot` started, and only that: first politely, then by the process id it noted.
power_off() {
    [ -n "$nspawn" ] || return 0
    LIMIT=20 inside systemctl poweroff >/dev/null 2>&1 || true
    for _ in $(seq 100); do
        kill -0 "$nspawn" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$nspawn" ${leader:+"$leader"} 2>/dev/null || true
    wait "$nspawn" 2>/dev/null || true
    nspawn=
}
