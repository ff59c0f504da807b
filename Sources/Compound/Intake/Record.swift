package import Federation

/// One thing that somebody recorded, valid in itself. Whether the door or the building exists is the
/// journal's question.
package struct Record: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        case building(Building)
        case household(Household)
        case visit(Visit)
        case need(task: Code, required: Int)
        case fill(task: Code, volunteer: Code, Fill)
        case claim(task: Code, building: Code, volunteer: Code, Claim)
    }

    package struct Building: Sendable, Equatable {
        package var code: Code
        /// Nil where nobody gave it a name; then pages name it by its code.
        package var label: String?
        package var stairUnits: Int
        package var floors: Int
        package var doorsPerFloor: Int
        /// Where the building stands, without which its doors claim nobody; nil says nothing, "" that there is none.
        package var address: String?
    }

    package struct Household: Sendable, Equatable {
        package enum State: String, Sendable, CaseIterable {
            case occupied, vacant, `let`
            case groupLet = "group_let"
            case notDwelling = "not_dwelling"

            /// Somebody may live behind the door.
            var isHousehold: Bool { self == .occupied || self == .let || self == .groupLet }
        }
        package var door: Door
        package var residents: Int
        package var state: State
        /// A line of a table of the building's doors, which says that there are no others.
        package var isListed = false
        /// The door's own address, if it isn't the building's with the door's number; nil says nothing, "" that it
        /// has none.
        package var address: String?
    }

    package struct Visit: Sendable, Equatable {
        package var campaign: Code
        package var door: Door
        package var disposition: Disposition
        /// By class; only of people met or told about.
        package var people: [PeopleClass: Int]?
        package var evidence: Evidence
    }

    package enum Fill: String, Sendable { case filled, withdrawn }
    package enum Claim: String, Sendable { case claimed, released, done }

    /// How well a statement is founded; the better one stands.
    package enum Evidence: String, Sendable, CaseIterable {
        case hearsay, phone, paper, door

        /// Paper is keyed from what was written at the door.
        package var rank: Int {
            switch self {
            case .hearsay: 1
            case .phone: 2
            case .paper, .door: 3
            }
        }
    }

    /// Bytes of an address at most.
    static let addressLimit = 300

    /// 128 random bits, made by whoever recorded: a re-sent form is the same record.
    package var id: UInt128
    package var content: Content
    package var recorder: Code
    package var device: Code?
    /// Seconds since 1970 by the recorder's device.
    package var observedAt: Int64
    package var supersedes: [UInt128]
}

/// A door as `building-stair unit-room`, such as `7-2-1101`.
package struct Door: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let code: Code
    package let building: Code
    package let stairUnit: String
    package let room: String

    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }), let code = Code(text), let building = Code(parts[0])
        else { return nil }
        self.code = code
        self.building = building
        stairUnit = String(parts[1])
        room = String(parts[2])
    }

    package var description: String { code.text }
    package static func < (a: Door, b: Door) -> Bool { a.code < b.code }
}

/// What became of a call at a door.
package enum Disposition: String, Sendable, CaseIterable {
    case completed, partial
    case nobodyHome = "nobody_home"
    case absent, postponed, refused, vacant
    case notDwelling = "not_dwelling"
    case notFound = "not_found"
    case moved, language, other

    /// How much it settles. 0: nobody answered, somebody calls again. 1: answered in part, somebody may come for
    /// the rest. 2: final.
    package var finality: Int {
        switch self {
        case .nobodyHome, .postponed: 0
        case .partial: 1
        default: 2
        }
    }
    package var hasPeople: Bool { self == .completed || self == .partial }
}

/// Where a resident stands with testing. A partition: everybody is in exactly one class.
package enum PeopleClass: String, Sendable, CaseIterable {
    case tested
    case elsewhereVerified = "elsewhere_verified"
    case elsewhereUnverified = "elsewhere_unverified"
    case exempt, deferred
    case otherChannel = "other_channel"
    case homeService = "home_service"
    case refused, untested, absent
}
