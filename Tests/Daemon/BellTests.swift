import Testing

@testable import Daemon

@Suite struct BellTests {
    @Test func whoListensHearsEveryRingAndFirstTheLastOne() async throws {
        let bell = Bell()
        bell.ring()
        let signs = try #require(bell.listen())
        var heard = signs.makeAsyncIterator()
        #expect(await heard.next() == .changed(1))
        bell.ring()
        #expect(await heard.next() == .changed(2))
    }

    @Test func ringsThatNobodyFetchedAreOne() async throws {
        let bell = Bell()
        let signs = try #require(bell.listen())
        for _ in 0..<50 { bell.ring() }
        var heard = signs.makeAsyncIterator()
        #expect(await heard.next() == .changed(50))
    }

    @Test func furtherPagesAreToldToAsk() throws {
        let bell = Bell()
        let open = (0..<64).compactMap { _ in bell.listen() }
        #expect(open.count == 64 && bell.listen() == nil)
        #expect(bell.answer().status == 503)
    }

    @Test func whoGoesAwayMakesRoom() async throws {
        let bell = Bell()
        for _ in 0..<200 {
            let signs = try #require(bell.listen())
            let listener = Task { for await _ in signs {} }
            listener.cancel()
            await listener.value
        }
    }

    /// A call that waits counts on the beat as the end of its time.
    @Test func aBeatComesAtTheListenersOwnPause() async throws {
        let bell = Bell(most: 1)
        let signs = try #require(bell.listen(pause: .milliseconds(20)))
        #expect(bell.listeners == 1 && bell.listen() == nil)
        var heard = signs.makeAsyncIterator()
        #expect(await heard.next() == .changed(0))
        #expect(await heard.next() == .beat)
    }
}
