/// What a visit to a door ended with.
package enum Disposition: String, Sendable, CaseIterable {
    case completed, partial
    case nobodyHome = "nobody_home"
    case absent, postponed, refused, vacant
    case notDwelling = "not_dwelling"
    case notFound = "not_found"
    case moved, language, other

    /// Answered with a count of people.
    package var hasPeople: Bool { self == .completed || self == .partial }
}

/// How a visit's answer was obtained.
package enum Evidence: String, Sendable { case door, phone, paper, hearsay }

/// The classes of households in a survey; each door is in exactly one. The raw value is the place in
/// the dataset.
package enum HouseholdClass: Int, Sendable, CaseIterable {
    case unvisited, completed, partial, nobodyHome, nobodyHomeFinal, absent, postponed, refused, vacant, notDwelling
    case notFound, moved, language, other

    package var indicator: String { HouseholdClass.indicators[rawValue] }

    private static let indicators = [
        "unvisited", "completed", "partial", "nobody_home", "nobody_home_final", "absent", "postponed", "refused",
        "vacant", "not_dwelling", "not_found", "moved", "language", "other",
    ]

    /// - Parameter passes: visits so far; after three a door that nobody opened is final.
    init(_ disposition: Disposition, passes: Int) {
        self =
            switch disposition {
            case .completed: .completed
            case .partial: .partial
            case .nobodyHome: passes >= 3 ? .nobodyHomeFinal : .nobodyHome
            case .absent: .absent
            case .postponed: .postponed
            case .refused: .refused
            case .vacant: .vacant
            case .notDwelling: .notDwelling
            case .notFound: .notFound
            case .moved: .moved
            case .language: .language
            case .other: .other
            }
    }
}

/// The classes of people in a survey; each registered or met person is in exactly one. The raw value is
/// the place among the dataset's people.
package enum PeopleClass: Int, Sendable, CaseIterable {
    case unsurveyed, tested, elsewhereVerified, elsewhereUnverified, exempt, deferred, otherChannel, homeService,
        refused
    case untested, absent

    /// As a visit's `people` names it; all but `unsurveyed` may stand there.
    package var code: String { PeopleClass.codes[rawValue] }
    package var indicator: String { "p_" + code }

    private static let codes = [
        "unsurveyed", "tested", "elsewhere_verified", "elsewhere_unverified", "exempt", "deferred", "other_channel",
        "home_service", "refused", "untested", "absent",
    ]
}

/// How many people of one household are in each class.
package struct People: Hashable, Sendable {
    private var counts = SIMD16<UInt8>()

    package init() {}

    package subscript(_ class: PeopleClass) -> Int {
        get { Int(counts[`class`.rawValue]) }
        set { counts[`class`.rawValue] = UInt8(newValue) }
    }

    package var total: Int { Int(counts.wrappedSum()) }
}
