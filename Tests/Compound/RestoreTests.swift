import Daemon
import Federation
import GRDB
import Sync
import Testing

@testable import Compound

private let parent = Incarnation(value: 77)

/// What a node knows of its own past, and how it finds out that it was rewound.
@Suite struct Restores {
    @Test func theFirstStartMints() throws {
        try Fixture.withStore { store in
            let memory = try store.memory()
            #expect(memory.session.counter == 1 && memory.cursor == nil && memory.registry == nil)
            #expect(try store.incarnation() == memory.incarnation)
        }
    }

    @Test func everyStartIsALaterSessionOfTheSameLife() throws {
        try Fixture.with { fixture in
            var seen: [Session] = []
            var lives: Set<Incarnation> = []
            for _ in 0..<3 {
                let store = try fixture.open()
                let memory = try store.memory()
                seen.append(memory.session)
                lives.insert(memory.incarnation)
                #expect(
                    try Sidecar.read(fixture.sidecar, Surroundings())
                        == Sidecar(incarnation: memory.incarnation, session: memory.session.counter, acknowledged: 0))
                try store.database.close()
            }
            #expect(seen.map(\.counter) == [1, 2, 3] && Set(seen.map(\.tag)).count == 3 && lives.count == 1)
        }
    }

    @Test func anOrdinaryRestartKeepsTheCursor() throws {
        try Fixture.with { fixture in
            let store = try fixture.open()
            _ = try store.memory()
            try store.take(.building(900))
            let (position, life) = (try store.position(), try store.incarnation())
            try store.acknowledge(position, epoch: Epoch(number: 3, holder: parent), parent: parent)
            try store.take(.visit(1, "7-1-101", .refused))
            try store.database.close()
            let memory = try fixture.open().memory()
            #expect(memory.incarnation == life && memory.cursor == position && memory.floor == position.seq)
            #expect(memory.epoch == Epoch(number: 3, holder: parent) && memory.parent == parent)
        }
    }

    /// Each way in which a database can be older than its sidecar, and what happened in between.
    enum Rewinding: CaseIterable { case acknowledgement, session, life }

    @Test(arguments: Rewinding.allCases) func aRestoredDatabaseBeginsANewLifeBeforeItWrites(_ since: Rewinding) throws {
        try Fixture.with { fixture in
            var store = try fixture.open()
            _ = try store.memory()
            try store.take(.building(900))
            try fixture.backUp(store, as: "backup")
            let old = try store.incarnation()
            switch since {
            case .acknowledgement:
                try store.take(.visit(1, "7-1-101", .refused))
                try store.acknowledge(try store.position(), epoch: nil, parent: parent)
            case .session:
                try store.database.close()
                store = try fixture.open()
                _ = try store.memory()
            case .life: _ = try store.mint(.fork)
            }
            let newest = try store.incarnation()
            try store.database.close()
            try fixture.restore("backup")
            store = try fixture.open()
            let fresh = try #require(try store.incarnation())
            #expect(fresh != old && fresh != newest)
            let memory = try store.memory()
            #expect(memory.cursor == nil, "nothing of the new life is acknowledged")
            #expect(memory.session.counter > 1)
            #expect(try store.changes(after: 0, limit: 10).changes.map(\.seq) == [1], "numbered anew")
            try expectDigestOfRows(store)
            try store.database.close()
            #expect(try fixture.open().incarnation() == fresh, "once")
        }
    }

    /// The database is written first: a crash before the sidecar follows must not look like a restore.
    @Test(arguments: [false, true]) func aSidecarLeftBehindByACrashIsNoRestore(_ mints: Bool) throws {
        try Fixture.with { fixture in
            let store = try fixture.open()
            _ = try store.memory()
            try store.take(.building(900))
            let before = try #require(try DurableFile.read(fixture.sidecar))
            if mints { _ = try store.mint(.fork) }
            try store.acknowledge(try store.position(), epoch: nil, parent: parent)
            let life = try store.incarnation()
            try store.database.close()
            try DurableFile.write(before, to: fixture.sidecar)
            #expect(try fixture.open().incarnation() == life)
        }
    }

    @Test func aLostSidecarIsWrittenAnew() throws {
        try Fixture.with { fixture in
            let store = try fixture.open()
            let first = try store.memory()
            try store.database.close()
            try DurableFile.write(Array("nonsense".utf8), to: fixture.sidecar)
            let second = try fixture.open().memory()
            #expect(second.incarnation == first.incarnation && second.session.counter == first.session.counter + 1)
        }
    }

    /// The folder was emptied, the sidecar stands: sessions still go up.
    @Test func anEmptyDatabaseBesideASidecarGoesOnCountingSessions() throws {
        try Fixture.with { fixture in
            let store = try fixture.open()
            _ = try store.memory()
            let first = try store.memory()
            try store.database.close()
            fixture.empty()
            let second = try fixture.open().memory()
            #expect(second.incarnation != first.incarnation && second.session.counter > first.session.counter)
        }
    }

    @Test func anotherParentStartsAfresh() throws {
        try Fixture.with { fixture in
            var store = try fixture.open()
            _ = try store.memory()
            try store.take(.building(900))
            try store.acknowledge(try store.position(), epoch: nil, parent: parent)
            let life = try store.incarnation()
            try store.database.close()
            store = try fixture.open(parent: "https://city.example")
            let memory = try store.memory()
            #expect(memory.parent == nil && memory.cursor == nil && memory.incarnation == life)
        }
    }

    @Test func mintingNumbersRowsInTheOrderOfKeysAndForgetsDeletions() throws {
        try Fixture.withStore { store in
            try store.take(.building(900, "9"), .building(901, "8"))
            try store.take(.building(902, "7", at: 60, supersedes: [900]))
            let before = try store.position()
            _ = try store.mint(.parentAhead)
            let (changes, _, own) = try store.changes(after: 0, limit: 10)
            #expect(changes.map(\.seq) == [1, 2] && changes.map(\.key) == changes.map(\.key).sorted())
            #expect(changes.allSatisfy { $0.body != nil })
            #expect(own.seq == 2 && own.digest != before.digest)
            try expectDigestOfRows(store)
        }
    }
}
