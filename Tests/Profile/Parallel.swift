import Foundation
import Synchronization

/// Does something with each of many on threads of its own: SQLite and libcurl block, and the pool in which the server
/// answers has to stay free.
///
/// - Returns: what came of each, in the order of the items.
/// - Throws: the first failure; what had not begun then is left.
@discardableResult
func inParallel<Item: Sendable, Outcome: Sendable>(
    _ items: [Item], threads: Int = 4, _ body: @escaping @Sendable (Item) throws -> Outcome
) async throws -> [Outcome] {
    let work = Work(items, body)
    await withTaskGroup(of: Void.self) { group in
        for _ in 0..<threads {
            group.addTask {
                await withCheckedContinuation { done in
                    Thread {
                        work.run()
                        done.resume()
                    }.start()
                }
            }
        }
    }
    return try work.outcomes()
}

private final class Work<Item: Sendable, Outcome: Sendable>: Sendable {
    private struct State {
        var next = 0
        var outcomes: [Int: Outcome] = [:]
        var failure: (any Error)?
    }
    private let items: [Item]
    private let body: @Sendable (Item) throws -> Outcome
    private let state = Mutex(State())

    init(_ items: [Item], _ body: @escaping @Sendable (Item) throws -> Outcome) {
        (self.items, self.body) = (items, body)
    }

    func run() {
        while let place = take() {
            let outcome = Result { try body(items[place]) }
            state.withLock { state in
                switch outcome {
                case .success(let value): state.outcomes[place] = value
                case .failure(let error): state.failure = state.failure ?? error
                }
            }
        }
    }

    private func take() -> Int? {
        state.withLock { state in
            guard state.failure == nil, state.next < items.count else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    func outcomes() throws -> [Outcome] {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            return items.indices.compactMap { state.outcomes[$0] }
        }
    }
}
