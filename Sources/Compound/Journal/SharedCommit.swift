import Daemon
import Synchronization

/// Requests that wait for the disk at the same time are made durable together: one transaction and one fsync for all of
/// them, and to each its own outcome, told after it.
///
/// While one transaction is written the next one gathers, so nobody waits for more than two.
final class SharedCommit: Sendable {
    typealias Items = [(id: String, Result<Record, IntakeError>)]

    private struct Waiting: Sendable {
        var bytes: Int
        var read: @Sendable () throws -> Items
        var done: CheckedContinuation<CompoundStore.Recorded, any Error>
    }

    /// Requests of one transaction, and bytes of their bodies, unless one alone has more: so many that the disk is no
    /// limit, so few that an answer is never far away.
    static let (most, mostBytes) = (64, 512 * 1024)

    private let store: CompoundStore
    private let queue: SerialQueue
    private let waiting = Mutex<[Waiting]>([])

    init(_ store: CompoundStore, on queue: SerialQueue) { (self.store, self.queue) = (store, queue) }

    /// - Parameters:
    ///   - bytes: size of the request.
    ///   - read: its records; runs on the queue, apart from the transaction.
    func record(bytes: Int, _ read: @escaping @Sendable () throws -> Items) async throws -> CompoundStore.Recorded {
        try await withCheckedThrowingContinuation { done in
            let isFirst = waiting.withLock { waiting in
                waiting.append(Waiting(bytes: bytes, read: read, done: done))
                return waiting.count == 1
            }
            if isFirst { queue.submit { [self] in commit() } }
        }
    }

    private func commit() {
        let (group, isLeft) = waiting.withLock { waiting in
            var bytes = 0
            let group = waiting.prefix(SharedCommit.most).prefix { one in
                bytes += one.bytes
                return bytes == one.bytes || bytes <= SharedCommit.mostBytes
            }
            waiting.removeFirst(group.count)
            return (group, !waiting.isEmpty)
        }
        // Whoever comes meanwhile isn't the first, and relies on this.
        if isLeft { queue.submit { [self] in commit() } }
        var readable: [(Items, CheckedContinuation<CompoundStore.Recorded, any Error>)] = []
        for one in group {
            do { readable.append((try one.read(), one.done)) } catch { one.done.resume(throwing: error) }
        }
        for (outcome, one) in zip(outcomes(of: readable.map(\.0)), readable) { one.1.resume(with: outcome) }
    }

    /// Where the shared transaction fails each request is tried alone: what one can't be taken with stops no other.
    private func outcomes(of requests: [Items]) -> [Result<CompoundStore.Recorded, any Error>] {
        do { return try store.record(together: requests).map { .success($0) } } catch {
            guard requests.count > 1 else { return [.failure(error)] }
            return requests.map { items in Result { try store.record(items) } }
        }
    }
}
