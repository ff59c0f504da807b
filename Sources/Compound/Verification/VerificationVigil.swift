import Daemon
import Foundation
import Logging
import ServiceLifecycle
import Sync
import Synchronization

/// Verifies when it is asked to, and every night: what differs is logged and stands in the service's status line until a
/// later verification finds nothing.
final class VerificationVigil: Service {
    private let store: CompoundStore
    private let queue = SerialQueue("verify")
    private let last = Mutex<(at: Int64, found: Int)?>(nil)

    init(_ store: CompoundStore) { self.store = store }

    /// One after the other.
    func verify(rederive: Bool = false) async throws -> JournalVerification {
        try await queue.run { [self] in
            let verification = try rederive ? store.rederive() : store.verify()
            note(verification)
            return verification
        }
    }

    /// For `systemctl status`; nil while nothing is known to differ.
    var line: String? {
        last.withLock { last in
            last.flatMap { $0.found > 0 ? "\($0.found) findings: run `jiayuan verify`" : nil }
        }
    }

    func run() async throws {
        let begun = store.clock()
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                do { try await Task.sleep(for: .seconds(600)) } catch { return }
                let before = last.withLock { $0?.at } ?? begun
                guard VerificationVigil.isDue(now: store.clock(), last: before) else { continue }
                do { _ = try await verify() } catch {
                    store.surroundings.log("journal").error("not verified", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// Between three and four in the morning of China, when nobody stands at a door, and not twice in a night.
    static func isDue(now: Int64, last: Int64) -> Bool {
        let hour = (now + Clock.zone) / 3600 % 24
        return hour == 3 && now - last >= 2 * 3600
    }

    private func note(_ verification: JournalVerification) {
        // Whatever was written anew stands as it follows; what no rederiving ends is left.
        let left =
            verification.rederived == nil ? verification.found : verification.found.filter { !$0.endsWithRederiving }
        last.withLock { $0 = (store.clock(), left.count) }
        let metadata: Logger.Metadata = [
            "records": "\(verification.records)", "rows": "\(verification.rows)",
            "findings": "\(verification.found.count)",
        ]
        let log = store.surroundings.log("journal")
        guard !left.isEmpty else { return log.notice("verified", metadata: metadata) }
        // Which doors they are is for whoever asks on this machine, and in no log.
        log.error("what stands doesn't follow from the journal: run jiayuan verify", metadata: metadata)
    }
}

/// `jiayuan verify`: over the local socket only, since what differs may name a door.
struct VerificationRoutes: Sendable {
    let vigil: VerificationVigil

    var routes: [Route] {
        [
            Route("POST", "/admin/verify") { call in
                do {
                    let verification = try await vigil.verify(rederive: call.query["rederive"] == "1")
                    return .text(verification.text, status: verification.found.isEmpty ? 200 : 409)
                } catch {
                    // The copy found no room, or the disk fails: nothing is known, and nothing was written.
                    return .text(JournalVerification.both("verify.not_done", ["why": "\(error)"]) + "\n", status: 503)
                }
            }
        ]
    }
}
