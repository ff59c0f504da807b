/// Everything that goes wrong in a world, as rates. Each seed draws its own: most faults are absent from a
/// given world, so that every pair of faults meets alone sooner or later.
package struct Faults: Sendable, Equatable {
    // Machines: mean number over the fault phase, in the whole world.
    var compoundCrashes = 0
    var districtCrashes = 0
    /// Per mille of the moments at which a crash can tear two effects apart.
    var tornEffects = 0
    var restoresExact = 0
    var restoresOlder = 0
    var databasesWithoutSidecar = 0
    var clonesIdentical = 0
    var clonesDiverged = 0
    var clonesWithSidecar = 0
    var districtsRestored = 0
    var districtsEmptied = 0
    var districtsReplaced = 0
    var upwardRestored = 0
    var upwardLost = 0
    var citiesCut = 0
    var twoLevelsEmptied = 0
    var upgrades = 0
    var absurdRows = 0
    var wrongTokens = 0
    var storms = 0
    var outages = 0
    var campaigns = 0
    var phoneIns = 0
    var claimsRaised = 0
    var claimsWithdrawn = 0
    var claimsDecided = 0
    var splits = 0
    var merges = 0
    var moves = 0
    var closings = 0
    var clockSteps = 0

    // The network: per mille of requests.
    var requestsLost = 0
    var answersLost = 0
    var requestsRepeated = 0
    /// Delivered long after the child gave up, also after it died.
    var requestsLate = 0
    var bodiesTruncated = 0
    var bombs = 0
    var portals = 0
    var answersReplayed = 0
    var halfOpen = 0

    // People and clocks.
    /// Per mille of reads of a push at which somebody records in between.
    var writesBetweenParts = 0
    var clocksOff = 0

    /// The mildest world: nothing goes wrong.
    package static let none = Faults()

    /// Swarm: a few faults of each kind with rates of their own.
    static func drawn(_ chance: inout Chance) -> Faults {
        var faults = Faults()
        for fault in schedule where chance.happens(450) { faults[keyPath: fault.path] = 1 + chance.below(fault.most) }
        for fault in rates where chance.happens(400) { faults[keyPath: fault.path] = 1 + chance.below(fault.most) }
        return faults
    }

    struct Kind: @unchecked Sendable {
        // Key paths to plain properties of a value; nothing is shared.
        var path: WritableKeyPath<Faults, Int>
        var most: Int
        var name: Occurrence
    }

    /// Faults that are planned at a moment of their own.
    static let schedule: [Kind] = [
        Kind(path: \.compoundCrashes, most: 12, name: .compoundCrash),
        Kind(path: \.districtCrashes, most: 4, name: .districtCrash),
        Kind(path: \.restoresExact, most: 2, name: .restoreExact),
        Kind(path: \.restoresOlder, most: 3, name: .restoreOlder),
        Kind(path: \.databasesWithoutSidecar, most: 2, name: .databaseWithoutSidecar),
        Kind(path: \.clonesIdentical, most: 2, name: .cloneIdentical),
        Kind(path: \.clonesDiverged, most: 2, name: .cloneDiverged),
        Kind(path: \.clonesWithSidecar, most: 2, name: .cloneWithSidecar),
        Kind(path: \.districtsRestored, most: 2, name: .districtRestored),
        Kind(path: \.districtsEmptied, most: 2, name: .districtEmptied),
        Kind(path: \.upwardRestored, most: 2, name: .upwardRestored),
        Kind(path: \.upwardLost, most: 2, name: .upwardLost),
        Kind(path: \.citiesCut, most: 3, name: .cityCut),
        Kind(path: \.twoLevelsEmptied, most: 1, name: .twoLevelsEmptied),
        Kind(path: \.upgrades, most: 4, name: .upgrade),
        Kind(path: \.absurdRows, most: 3, name: .absurdRow),
        Kind(path: \.wrongTokens, most: 2, name: .wrongToken),
        Kind(path: \.storms, most: 2, name: .storm),
        Kind(path: \.outages, most: 6, name: .outage),
        Kind(path: \.campaigns, most: 2, name: .campaignOpened),
        Kind(path: \.districtsReplaced, most: 2, name: .districtReplaced),
        Kind(path: \.phoneIns, most: 30, name: .phonedIn),
        Kind(path: \.claimsRaised, most: 12, name: .claimRaised),
        Kind(path: \.claimsWithdrawn, most: 6, name: .claimWithdrawn),
        Kind(path: \.claimsDecided, most: 6, name: .claimDecided),
        Kind(path: \.splits, most: 2, name: .unitSplit), Kind(path: \.merges, most: 2, name: .unitsMerged),
        Kind(path: \.moves, most: 3, name: .unitMoved), Kind(path: \.closings, most: 1, name: .unitClosed),
        Kind(path: \.clockSteps, most: 6, name: .clockStepped),
    ]

    /// Faults that may hit any request or any effect.
    static let rates: [Kind] = [
        Kind(path: \.tornEffects, most: 20, name: .tornEffect),
        Kind(path: \.requestsLost, most: 200, name: .requestLost),
        Kind(path: \.answersLost, most: 200, name: .answerLost),
        Kind(path: \.requestsRepeated, most: 150, name: .requestRepeated),
        Kind(path: \.requestsLate, most: 100, name: .requestLate),
        Kind(path: \.bodiesTruncated, most: 60, name: .bodyTruncated),
        Kind(path: \.bombs, most: 20, name: .bomb),
        Kind(path: \.portals, most: 60, name: .portal),
        Kind(path: \.answersReplayed, most: 60, name: .answerReplayed),
        Kind(path: \.halfOpen, most: 60, name: .halfOpen),
        Kind(path: \.writesBetweenParts, most: 400, name: .writeBetweenParts),
        Kind(path: \.clocksOff, most: 600, name: .clockOff),
    ]
}
