import Federation
import Testing

@testable import Simulator

/// A checker that no mutation can trip is no checker: each way to break the design is caught within a stated
/// number of seeds.
@Suite struct MutationTests {
    private static let limits: [(Mutation, UInt64)] = [
        (.counterOnlyPositions, 100), (.noSession, 40), (.unorderedSession, 5), (.sidecarWithIncarnationOnly, 60),
        (.singlePartTo, 10), (.takeoverWithoutLease, 40), (.acknowledgedBeforeFsync, 20), (.nullsAsZeros, 20),
        (.lastValueAsBound, 5), (.receiptWithoutRows, 20), (.mintForAForgetfulParent, 20),
        (.doubleClaimsSummed, 20), (.openClaimsNotWidened, 20), (.speaksBeforeItsUnits, 20),
    ]

    @Test(arguments: limits)
    func eachMutationIsCaught(mutation: Mutation, within seeds: UInt64) {
        let caught = Mutation.$active.withValue(mutation) {
            (1...seeds).first { !World(seed: $0).run().violations.isEmpty }
        }
        #expect(caught != nil, "\(mutation.rawValue) was not noticed in \(seeds) seeds")
        if let caught { print("mutation \(mutation.rawValue): caught by seed \(caught)") }
    }
}
