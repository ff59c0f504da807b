import Federation
import Sync
import Testing

/// The mark that no backup holds: older than it, a database was restored.
@Suite struct SidecarTests {
    private static let (mine, earlier, other) = (
        Incarnation(value: 1), Incarnation(value: 2), Incarnation(value: 3)
    )
    private let sidecar = Sidecar(incarnation: Self.mine, session: 5, acknowledged: 100)

    private func shows(_ incarnation: Incarnation?, session: UInt64, seq: UInt64) -> Bool {
        sidecar.showsRestore(of: incarnation, session: session, seq: seq, lives: [Self.earlier, Self.mine])
    }

    @Test func whatIsAsNewAsTheMarkIsNoRestore() {
        #expect(!shows(Self.mine, session: 5, seq: 100))
        #expect(!shows(Self.mine, session: 9, seq: 300))
    }

    @Test func anOlderSessionOrNumberIs() {
        #expect(shows(Self.mine, session: 4, seq: 300))
        #expect(shows(Self.mine, session: 9, seq: 99))
    }

    /// A crash between the database and its mark leaves the mark of the life before: that is nobody's restore.
    @Test func aMarkOfAnEarlierLifeSaysNothing() {
        let old = Sidecar(incarnation: Self.earlier, session: 9, acknowledged: 900)
        #expect(!old.showsRestore(of: Self.mine, session: 1, seq: 1, lives: [Self.earlier, Self.mine]))
    }

    @Test func aMarkOfALifeThatTheFileNeverHadIs() {
        #expect(sidecar.showsRestore(of: Self.other, session: 9, seq: 900, lives: [Self.other]))
        #expect(sidecar.showsRestore(of: nil, session: 0, seq: 0, lives: []), "an empty file beside a mark")
    }
}
