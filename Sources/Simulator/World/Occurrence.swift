/// What a run counts: every fault that fired and every decision that was taken. One that never occurs over
/// the fixed set of seeds is a fault that isn't simulated or a decision that isn't tested.
package enum Occurrence: String, CaseIterable, Sendable {
    // Faults
    case compoundCrash, districtCrash, tornEffect
    case restoreExact, restoreOlder, databaseWithoutSidecar
    case cloneIdentical, cloneDiverged, cloneWithSidecar
    case districtRestored, districtEmptied, districtReplaced
    case upwardRestored, upwardLost, cityCut, twoLevelsEmptied
    case upgrade, absurdRow, wrongToken, storm, outage, campaignOpened
    case claimRaised, claimWithdrawn, claimDecided
    case unitSplit, unitsMerged, unitMoved, unitClosed
    case requestLost, answerLost, requestRepeated, requestLate, bodyTruncated, bomb, portal, answerReplayed, halfOpen
    case writeBetweenParts, clockOff, clockStepped

    // Decisions of a child
    case incarnationFirst, incarnationParentAhead, incarnationMismatch, incarnationFork, incarnationOlderThanSidecar
    case snapshotSwitch, pushInParts, quarantined, heldBack
    case claimLost, claimRegained

    // Answers of a parent
    case held, staged, answer400, answer401, answer409unknown, answer409stale, answer409mismatch, answer409fork
    case answer409parts, answer409catalogue, answer413, answer422

    // Decisions of a parent
    case takeover, shadow, disputed, retired, epochLearnt, receipt, phonedInSuperseded
    case doubleClaimOpened, doubleClaimSettled, claimKeyEnded, changeSettled

    // What people do
    case adopt, journalAdopted, phonedIn

    /// What a line of the legend says.
    package var meaning: String {
        switch self {
        case .compoundCrash: "a node's process ends at any moment"
        case .districtCrash: "an aggregator's process ends at any moment"
        case .tornEffect: "a node ends between two effects of one step"
        case .restoreExact: "a node's database is restored from a backup of this moment"
        case .restoreOlder: "a node's database is restored from an older backup and goes on"
        case .databaseWithoutSidecar: "an older database is restored and its sidecar is lost"
        case .cloneIdentical: "a node's files are copied to a second machine; both run"
        case .cloneDiverged: "an older copy runs on a second machine"
        case .cloneWithSidecar: "the copy took the sidecar along"
        case .districtRestored: "an aggregator's rows are restored from an older backup"
        case .districtEmptied: "an aggregator's rows are lost"
        case .districtReplaced:
            "an aggregator is set up anew, as another one that knows nobody, until its registry is restored"
        case .upwardRestored: "what a district publishes to its city is restored from an older backup"
        case .upwardLost: "what a district publishes is lost, its sidecar sometimes too"
        case .cityCut: "a district's line to its city is cut, one way or both"
        case .twoLevelsEmptied: "a district and its city lose their rows at once"
        case .upgrade: "a node counts under a newer catalogue"
        case .absurdRow: "a node derives counts that no parent can store, until it is mended"
        case .wrongToken: "a node's token is wrong for a while"
        case .storm: "all nodes of a district lose it and come back at once"
        case .outage: "a node's line is cut, one way or both"
        case .campaignOpened: "a round is opened while some are offline"
        case .claimRaised: "a compound registers a household that another may have"
        case .claimWithdrawn: "a compound takes an address back"
        case .unitSplit: "a compound becomes two, each with its own node"
        case .unitsMerged: "two compounds become one"
        case .unitMoved: "a compound stands in another community"
        case .unitClosed: "a compound is closed; its node may speak on"
        case .changeSettled: "those who follow have delivered: they are counted, and nobody before them"
        case .claimDecided: "an officer says which unit a household belongs to"
        case .requestLost: "a request never arrives"
        case .answerLost: "an answer never arrives"
        case .requestRepeated: "a request is delivered twice"
        case .requestLate: "a request is delivered long after its sender gave up"
        case .bodyTruncated: "a body arrives cut short"
        case .bomb: "a small body that inflates without end arrives under a unit's token"
        case .portal: "somebody else answers 200 with a page"
        case .answerReplayed: "an old answer is delivered for a new request"
        case .halfOpen: "the request is taken and nothing ever comes back"
        case .writeBetweenParts: "somebody records while a push is being read"
        case .clockOff: "a node's wall clock is off by minutes to decades"
        case .clockStepped: "a node's wall clock jumps, ahead or back"
        case .incarnationFirst: "a new life at the first start"
        case .incarnationParentAhead: "a new life: the parent holds more than this node has"
        case .incarnationMismatch: "a new life: the rows don't add up at the parent"
        case .incarnationFork: "a new life: another run or copy has spoken"
        case .incarnationOlderThanSidecar: "a new life: the database is older than its sidecar"
        case .snapshotSwitch: "everything is sent instead of what changed"
        case .pushInParts: "a push takes several requests"
        case .quarantined: "rows are made unknown because the parent refused them"
        case .claimLost: "a node hears that a household is counted elsewhere"
        case .claimRegained: "a node hears that a household is its own again"
        case .heldBack: "a district that has just started waits for its units before it speaks"
        case .held: "the parent holds what was sent"
        case .staged: "a part is kept aside"
        case .answer400: "not of the protocol's form"
        case .answer401: "the credential isn't known"
        case .answer409unknown: "an incarnation the parent has not heard of"
        case .answer409stale: "another position is held"
        case .answer409mismatch: "the rows don't add up"
        case .answer409fork: "an older or a second session spoke"
        case .answer409parts: "a part is missing"
        case .answer409catalogue: "a catalogue is asked for"
        case .answer413: "too large"
        case .answer422: "rows refused by name"
        case .takeover: "another incarnation of a unit is counted from now on"
        case .shadow: "an incarnation is kept and not counted"
        case .disputed: "two lives of a unit: a person has to decide"
        case .retired: "a person has decided"
        case .doubleClaimOpened: "a household is counted by another number of units than one"
        case .doubleClaimSettled: "a household with several claimants is counted once again"
        case .claimKeyEnded: "a round is closed: its key and tokens are gone, its figures stand"
        case .epochLearnt: "a parent that lost a decision heard it from a child"
        case .receipt: "what a takeover took back is written down, row by row"
        case .phonedInSuperseded: "a unit's own rows count again in the place of what was phoned in"
        case .adopt: "an officer decides that one copy counts and the others are retired"
        case .journalAdopted: "a node takes over the facts of its copy"
        case .phonedIn: "somebody rings up the counts of a silent unit"
        }
    }
}
