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
listen: "10.77.0.1:8090"
pace_ms: "500"
read_token: "0123456789abcdef0123"
grace_ms: "5000"
END
}

# Registers both compounds and a campaign; keeps the printed slips.
register_units() {
    put /run/units.csv <<END
code,name,expected_households,expected_residents,duty_telephone
${unit_of[wujia]},吴家老湾小区,2,4,0722-0000001
${unit_of[yujia]},余家老湾小区,1,2,0722-0000002
END
    inside chmod 644 /run/units.csv
    as_daemon divisions import /usr/share/jiayuan/divisions.csv
    as_daemon unit add --from /run/units.csv --parent-url "$aggregator_url" | tee "$work/slips"
    as_daemon campaign add "$campaign" --name 入户调查 --opens 1649246400 --deadline 1649260800
}

# token_of UNIT: the token on the unit's slip.
token_of() { grep -A8 -F "$1" "$work/slips" | grep -oE 'jyu_[0-9a-f]+' | head -1; }

configure_node() {
    put "/etc/jiayuan/nodes/$1.yaml" <<END
unit: ${unit_of[$1]}
listen: 127.0.0.1:${port_of[$1]}
state: /var/lib/jiayuan/$1
socket: /run/jiayuan/$1.sock
parent: $aggregator_url
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

# completed COUNT: whether the aggregator counts so many households of the community as done.
completed() {
    inside curl -fsS -m 5 --unix-socket /run/jiayuan/aggregator.sock \
        "http://localhost/v1/stats?division=$community&campaign=$campaign" |
        python3 -c '
import json, sys
measures = {m["measure"]: m for m in json.load(sys.stdin)["place"]["measures"]}
sys.exit(measures["survey.completion"]["last_known"]["numerator"] != int(sys.argv[1]))' "$1"
}
