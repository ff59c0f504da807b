import Compound
import District
import Federation

/// Somebody registers where a door is, or that it is nowhere: what two compounds may say of one household.
struct Naming: Hashable, Sendable {
    var id: UInt64
    var building: Int
    var door: Int
    /// Empty: the door has no address (any more).
    var address: String
    var stamp: Int64

    var place: Int { building * 1000 + door }

    func outranks(_ other: Naming) -> Bool { stamp != other.stamp ? stamp > other.stamp : id > other.id }
}

/// What a journal says, as an oracle reads it: the rounds' completions, and by address those of the doors there.
struct Told {
    var completions: [Completion]
    var byAddress: [String: [Completion]]

    /// What of it counts here in a round, if the households at these addresses are counted elsewhere.
    func without(_ addresses: Set<String>, _ round: Int) -> Completion {
        addresses.reduce(completions[round]) { sum, address in
            let part = byAddress[address]?[round] ?? Completion()
            return Completion(done: sum.done - part.done, due: sum.due - part.due)
        }
    }
}

extension Fact.Finding {
    /// A door of its own, as an oracle counts it.
    var completion: Completion {
        switch self {
        case .unvisited: Completion(done: 0, due: 1)
        case .completed, .refused: Completion(done: 1, due: 1)
        case .vacant: Completion()
        }
    }
}

/// What a district counts by at a moment.
struct Standpoint: Equatable {
    /// Of each unit the life and the position that it holds.
    var held: [Code: Ledger.Held]
    /// The officers' words about households, by round and token.
    var decided: [Code: [UInt64: Code]]

    func counting(_ units: Set<Code>) -> Standpoint {
        Standpoint(held: held.filter { units.contains($0.key) }, decided: decided)
    }
}

/// Who claims which address in a round, by the rows that an aggregator holds, and whose it is.
struct ClaimOracle {
    private var claimants: [String: [Code]] = [:]
    private var owners: [String: Code] = [:]

    init(_ district: DistrictMachine, _ round: Int, _ standpoint: Standpoint) {
        let period = Rounds.all[round]
        let rows = standpoint.held.map { ($0.key, district.rows($0.value, of: $0.key)) }
        for address in district.addresses {
            guard let token = district.token(of: address, round) else { continue }
            let key = RowKey(dataset: Rounds.claims, period: period, subject: token)
            let units = rows.filter { $0.1[key] != nil }.map(\.0).sorted()
            let word = Hex.uint64(token.text).flatMap { standpoint.decided[period]?[$0] }
            claimants[address] = units
            // The officer's word if it names a claimant, else the smallest code.
            owners[address] = units.first { $0 == word } ?? units.first
        }
    }

    /// Addresses that the unit claims and another one owns.
    func lost(_ unit: Code) -> Set<String> {
        Set(claimants.filter { $0.value.contains(unit) && owners[$0.key] != unit }.map(\.key))
    }
}
