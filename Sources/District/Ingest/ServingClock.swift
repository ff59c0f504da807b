import Foundation

/// The parent's own clocks. Appointments and leases run on the monotonic one, which no step of the
/// wall clock moves; the wall clock is shown to people and read once at start.
package struct ServingClock: Sendable {
    private let start = ContinuousClock.now

    package init() {}

    /// Milliseconds since this process began to serve.
    package var now: Int64 {
        let passed = ContinuousClock.now - start
        return passed.components.seconds * 1000 + passed.components.attoseconds / 1_000_000_000_000_000
    }

    /// Seconds since 1970.
    package var wall: Int64 { Int64(Date().timeIntervalSince1970) }
}
