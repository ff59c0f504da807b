# What host.sh knows of the daemon's command line, configuration and answers; nothing else does.

community=421303587002
campaign=2022-04-06-survey
aggregator_url=http://10.77.0.1:8090
declare -A unit_of=([wujia]=$community-001 [yujia]=$community-002)
declare -A port_of=([wujia]=8081 [yujia]=8082)

put() { inside sh -c "cat >'$1' <<'END'
$(cat)
END
chmod 640 '$1'"; }

as_daemon() { inside runuser -u _jiayuan -- jiayuan "$@"; }

configure_aggregator() {
    put /etc/jiayuan/aggregator.yaml <<END
listen: 10.77.0.1:8090
state: /var/lib/jiayuan/aggregator
END
}

# Registers both compounds and a campaign; keeps the printed slips.
register_units() {
    put /run/units.csv <<END
code,name,expected_households,expected_residents,duty_telephone
${unit_of[wujia]},吴家老湾小区,2,5,0722-0000001
${unit_of[yujia]},余家老湾小区,1,2,0722-0000002
END
    inside sh -c 'chmod 644 /run/units.csv; install -d -o _jiayuan -g _jiayuan -m 700 /var/lib/jiayuan/aggregator'
    as_daemon divisions import --config /etc/jiayuan/aggregator.yaml /usr/share/jiayuan/divisions.csv
    as_daemon unit add --config /etc/jiayuan/aggregator.yaml --from /run/units.csv | tee "$work/slips"
    as_daemon campaign add --config /etc/jiayuan/aggregator.yaml --code "$campaign" --name 入户调查
}

# token_of UNIT: the first long word of hexadecimal digits on the unit's slip.
token_of() { grep -A8 -F "$1" "$work/slips" | grep -oE '[0-9a-f]{32,64}' | head -1; }

configure_node() {
    put "/etc/jiayuan/nodes/$1.yaml" <<END
unit: ${unit_of[$1]}
listen: 127.0.0.1:${port_of[$1]}
state: /var/lib/jiayuan/$1
url: $aggregator_url
token: $(token_of "${unit_of[$1]}")
END
}

# registry NAME DOOR...: the doors of a compound, two residents each.
registry() {
    local name=$1 door id
    for door in "${@:2}"; do
        id=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
        record "$name" "{\"kind\":\"household\",\"id\":\"$id\",\"door\":\"$door\",\"residents\":2,\"state\":\"occupied\",\"recorder\":\"v01\",\"observed_at\":1649250000}"
    done
}

# visit NAME DOOR: a completed visit.
visit() {
    local id
    id=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    record "$1" "{\"kind\":\"visit\",\"id\":\"$id\",\"campaign\":\"$campaign\",\"door\":\"$2\",\"disposition\":\"completed\",\"people\":{\"tested\":2},\"evidence\":\"door\",\"recorder\":\"v01\",\"observed_at\":1649250000}"
}

record() { as_daemon record --config "/etc/jiayuan/nodes/$1.yaml" "$2"; }

# unacknowledged NAME COUNT: whether the node says so.
unacknowledged() {
    inside jiayuan status --config "/etc/jiayuan/nodes/$1.yaml" | grep -qE "(^|[^0-9])$2 unacknowledged"
}

# completed COUNT: whether the aggregator counts so many completed households in the community.
completed() {
    inside ip netns exec district curl -fsS -m 5 "$aggregator_url/v1/stats?division=$community&campaign=$campaign" |
        grep -qE "\"completed\": ?$1([^0-9]|$)"
}
