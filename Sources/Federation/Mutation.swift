#if DEBUG
    /// Ways to break the design on purpose, so that a test can show that the simulator notices. Compiled into
    /// debug builds only; a release build has no trace of them.
    package enum Mutation: String, CaseIterable, Sendable {
        /// A position is its number; the digest is carried along and never compared.
        case counterOnlyPositions
        /// Any run of a node may speak at any time.
        case noSession
        /// Runs are told apart by a random number that has no order.
        case unorderedSession
        /// The sidecar says who the node was, not how far it had come.
        case sidecarWithIncarnationOnly
        /// The position of a push in parts is read with its first part.
        case singlePartTo
        /// Another incarnation takes over as soon as it speaks.
        case takeoverWithoutLease
        /// An aggregator answers first and writes then.
        case acknowledgedBeforeFsync
        /// A row of unknown counts is a row of zeros.
        case nullsAsZeros
        /// A silent unit enters the bounds with what it last said.
        case lastValueAsBound
        /// A takeover notes that it happened, not which rows it took back.
        case receiptWithoutRows
        /// A parent that has lost its rows is taken for one that knows better.
        case mintForAForgetfulParent
        /// A household that two units claim is the sum of what they say.
        case doubleClaimsSummed
        /// The bounds know nothing of claims that are not settled.
        case openClaimsNotWidened
        /// An aggregator that has just started publishes what it has, though its units haven't spoken.
        case speaksBeforeItsUnits
        /// Small cells are taken out of what goes up, not at the public edge.
        case suppressionBeforeMerge
        /// Of two lives of a unit the one whose rows bear the later time counts.
        case wallClockWinner
        /// Of two versions of a row the one that bears the later time stands.
        case laterClockStands
        /// A row is about the first door of its building.
        case rowsNameDoors
        /// A household is claimed under its address instead of a keyed token.
        case claimsInTheClear
        /// Units that follow others are counted beside them as soon as they are registered.
        case successorsCountedAtOnce

        @TaskLocal package static var active: Mutation?

        package var isActive: Bool { Mutation.active == self }
    }
#endif
