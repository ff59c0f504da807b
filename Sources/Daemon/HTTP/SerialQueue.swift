import Dispatch

/// The one place where synchronous work meets the asynchronous shell: jobs run one after the other
/// on a thread of their own, never on the cooperative pool, because they wait for the disk.
package final class SerialQueue: Sendable {
    private let queue: DispatchQueue

    package init(_ label: String) { queue = DispatchQueue(label: label) }

    package func run<Value: Sendable>(_ job: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { done in
            queue.async { done.resume(with: Result { try job() }) }
        }
    }

    /// For a job that tells its outcome itself.
    package func submit(_ job: @escaping @Sendable () -> Void) { queue.async(execute: job) }

    /// From a thread that may block, such as the sender's.
    package func sync<Value>(_ job: () throws -> Value) rethrows -> Value { try queue.sync(execute: job) }
}
