import Federation
import Sync

/// The files of one node in memory: what is durable. A process reads and writes it through `MemoryStore`.
final class MemoryDisk {
    struct Database: Sendable {
        var facts: [UInt64: Fact] = [:]
        var opened: Set<Int> = [0]
        var namings: [UInt64: Naming] = [:]
        /// By round: the key, what the parent says, and the doors that are left out because of it.
        var keys: [Int: UInt128] = [:]
        var notYours: [Int: Set<Code>] = [:]
        var elsewhere: [Int: Set<Int>] = [:]
        /// Buildings whose counts are absurd until somebody mends the program.
        var absurd: Set<Int> = []

        var rows: [RowKey: RowBody] = [:]
        /// At a district: the texts of the catalogues that its rows were counted under.
        var catalogues: [CatalogueHash: Catalogue] = [:]
        /// The number of each key's last change, deletions included.
        var numbers: [RowKey: UInt64] = [:]
        var refused: Set<RowKey> = []
        var incarnation: Incarnation?
        var position = Position.origin
        var session: UInt64 = 0
        var acknowledged: Position?
        var floor: UInt64 = 0
        var epoch: Epoch?
        var parent: Incarnation?
        var lives: [Incarnation] = []
        var registry: String?
    }

    var database = Database()
    var sidecar: Sidecar?
}

extension MemoryDisk.Database {
    /// The findings that stand, door by door.
    func effective(_ round: Int) -> [Int: Fact] {
        var standing: [Int: Fact] = [:]
        for fact in facts.values where fact.round == round {
            let place = fact.building * 1000 + fact.door
            if standing[place].map({ fact.outranks($0) }) ?? true { standing[place] = fact }
        }
        return standing
    }

    /// What the journal says of a building, class by class.
    func classes(_ building: Int, doors: Int, _ round: Int) -> [Int] {
        let left = Set(elsewhere[round, default: []].filter { $0 / 1000 == building }.map { $0 % 1000 })
        var best: [Int: Fact] = [:]
        for fact in facts.values
        where fact.round == round && fact.building == building && !left.contains(fact.door) {
            if best[fact.door].map({ fact.outranks($0) }) ?? true { best[fact.door] = fact }
        }
        var counts = Array(repeating: 0, count: Fact.Finding.allCases.count)
        for fact in best.values { counts[fact.finding.rawValue] += 1 }
        counts[0] += doors - left.count - best.count
        return counts
    }

    func completion(_ frame: Frame, _ round: Int) -> Completion {
        var classes = Array(repeating: 0, count: Fact.Finding.allCases.count)
        for fact in effective(round).values { classes[fact.finding.rawValue] += 1 }
        let visited = classes.reduce(0, +)
        let done = classes[Fact.Finding.completed.rawValue] + classes[Fact.Finding.refused.rawValue]
        return Completion(done: done, due: done + classes[0] + frame.households - visited)
    }

    /// The address that stands of each door that has one.
    var addresses: [Int: String] {
        var standing: [Int: Naming] = [:]
        for naming in namings.values where standing[naming.place].map({ naming.outranks($0) }) ?? true {
            standing[naming.place] = naming
        }
        return standing.compactMapValues { $0.address.isEmpty ? nil : $0.address }
    }

    func told(_ frame: Frame) -> Told {
        let rounds = Rounds.all.indices.map { effective($0) }
        var byAddress: [String: [Completion]] = [:]
        for (place, address) in addresses {
            let doors = rounds.map { ($0[place]?.finding ?? .unvisited).completion }
            byAddress[address] = zip(byAddress[address] ?? doors.map { _ in Completion() }, doors).map(+)
        }
        return Told(completions: Rounds.all.indices.map { completion(frame, $0) }, byAddress: byAddress)
    }

    mutating func write(_ key: RowKey, _ body: RowBody?) {
        guard let incarnation else { return }
        position.seq += 1
        position.digest.replace(key, rows[key], by: body, in: incarnation)
        rows[key] = body
        numbers[key] = position.seq
    }
}
