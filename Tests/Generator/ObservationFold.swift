import Foundation
import Testing

@testable import Generator

/// A node in miniature that knows nothing of the generator but its files: it reads a registry's CSV
/// and records' JSON and counts. It is written from the data's definitions, not from the generator.
struct ObservationFold {
    struct Door {
        var building: String
        var state: String
        var residents: Int
        var visits: [[String: Any]] = []
    }

    private var doors: [String: Door] = [:]
    private var superseded: Set<String> = []
    private var seen: Set<String> = []
    private var need = 0
    private var fills: [String: (time: Int, state: String)] = [:]
    private var claims: [String: (time: Int, state: String)] = [:]
    /// Lines that no node may be sent: a second use of an id, an unknown door or building.
    private(set) var faults: [String] = []

    init(registry: String) {
        for line in registry.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: ",").map(String.init)
            doors["\(fields[0])-\(fields[1])-\(fields[2])"] = Door(
                building: fields[0], state: fields[4], residents: Int(fields[3])!)
        }
    }

    mutating func add(_ line: some StringProtocol) throws {
        let record = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        let (id, time) = (try #require(record["id"] as? String), try #require(record["observed_at"] as? Int))
        if id.count != 32 || !seen.insert(id).inserted { faults.append("id \(id)") }
        switch record["kind"] as? String {
        case "visit": visit(record)
        case "need": need = record["required"] as! Int
        case "fill": ObservationFold.keep(&fills, record["volunteer"] as! String, time, record["state"] as! String)
        case "claim": claim(record, time)
        case "building": break
        default: faults.append("kind of \(line)")
        }
    }

    private mutating func visit(_ record: [String: Any]) {
        let door = record["door"] as! String
        if doors[door] == nil { faults.append("door \(door)") }
        doors[door]?.visits.append(record)
        for id in record["supersedes"] as? [String] ?? [] {
            if !seen.contains(id) { faults.append("supersedes \(id), not seen") }
            superseded.insert(id)
        }
    }

    private mutating func claim(_ record: [String: Any], _ time: Int) {
        let (building, state) = (record["building"] as! String, record["state"] as! String)
        if fills[record["volunteer"] as! String] == nil { faults.append("claim of a stranger on \(building)") }
        ObservationFold.keep(&claims, building, time, state)
    }

    private static func keep(
        _ states: inout [String: (time: Int, state: String)], _ key: String, _ time: Int, _ state: String
    ) {
        if states[key].map({ $0.time <= time }) ?? true { states[key] = (time, state) }
    }

    /// Doors with two answers of which neither replaces the other.
    var conflicts: [String] {
        doors.filter { _, door in live(door).count { $0["people"] != nil } > 1 }.map(\.key)
    }

    private func live(_ door: Door) -> [[String: Any]] {
        door.visits.filter { !superseded.contains($0["id"] as! String) }
    }

    /// Counts by building, then by indicator.
    func counts() -> [String: [String: Int]] {
        var counts: [String: [String: Int]] = [:]
        for door in doors.values {
            func add(_ indicator: String, _ count: Int) {
                counts[door.building, default: [:]][indicator, default: 0] += count
            }
            frame(door, add)
            survey(door, add)
        }
        for building in counts.keys {
            counts[building]?["buildings"] = 1
            let state = claims[building]?.state
            counts[building]?["claimed"] = state == "claimed" || state == "done" ? 1 : 0
            counts[building]?["done"] = state == "done" ? 1 : 0
        }
        return counts
    }

    var volunteers: (need: Int, filled: Int) { (need, fills.values.count { $0.state == "filled" }) }

    private func frame(_ door: Door, _ add: (String, Int) -> Void) {
        add("dwellings", door.state == "not_dwelling" ? 0 : 1)
        add("households", ["occupied", "let", "group_let"].contains(door.state) ? 1 : 0)
        add("residents", door.residents)
    }

    private func time(_ record: [String: Any]) -> Int { record["observed_at"] as! Int }

    private func survey(_ door: Door, _ add: (String, Int) -> Void) {
        let visits = live(door)
        let last = visits.max { time($0) < time($1) }
        let unvisited = door.state == "not_dwelling" ? "not_dwelling" : "unvisited"
        let disposition = last?["disposition"] as? String ?? unvisited
        add(disposition == "nobody_home" && visits.count >= 3 ? "nobody_home_final" : disposition, 1)
        switch disposition {
        case "completed", "partial":
            for (part, count) in last?["people"] as! [String: Int] { add("p_" + part, count) }
        case "vacant", "not_dwelling", "moved": break
        case "absent": add("p_absent", door.residents)
        case "refused": add("p_refused", door.residents)
        default: add("p_unsurveyed", door.residents)
        }
    }
}

extension UnitTruth {
    /// In the form of `ObservationFold.counts`, without zeros.
    var byBuilding: [String: [String: Int]] {
        Dictionary(
            uniqueKeysWithValues: buildings.map { building in
                let volunteers = zip(VolunteerCounts.indicators, building.volunteers.values).filter { $0.0 != "need" }
                let pairs =
                    Array(zip(FrameCounts.indicators, building.frame.values))
                    + Array(zip(SurveyCounts.indicators, building.survey.values)) + volunteers
                return (building.code, Dictionary(pairs.filter { $0.1 != 0 }, uniquingKeysWith: { one, _ in one }))
            })
    }
}

extension [String: [String: Int]] {
    var withoutZeros: Self { mapValues { $0.filter { $0.value != 0 } } }
}
