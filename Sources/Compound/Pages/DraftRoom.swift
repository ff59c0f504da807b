import Daemon
import Federation
import Synchronization

/// Answers to what somebody pasted, each under an address of its own: so that reloading, going back and a second tab ask for
/// them as for any page, and nothing is sent again. In memory alone and bounded: what was pasted is personal data.
final class DraftRoom: Sendable {
    typealias Show = @Sendable (Call) async throws -> Reply
    struct Draft: Sendable {
        /// Bytes of what was pasted.
        var bytes: Int
        var until: Int64
        /// A preview reads what was pasted anew: what it says is true when it is shown.
        var show: Show
    }
    private let drafts = Mutex<[(key: String, draft: Draft)]>([])
    private let clock: @Sendable () -> Int64

    /// How many are kept, bytes of all, and seconds that one is kept.
    static let (most, bytes, life) = (64, 48 * 1_048_576, Int64(2 * 3600))

    init(clock: @escaping @Sendable () -> Int64) { self.clock = clock }

    /// - Returns: what its address names it by; nil where it is too large to be kept. The oldest make room.
    func keep(_ bytes: Int, _ show: @escaping Show) -> String? {
        guard bytes <= DraftRoom.bytes else { return nil }
        let (key, now) = (Hex.text(UInt128.random(in: 1 ... .max)), clock())
        drafts.withLock { drafts in
            drafts.removeAll { $0.draft.until <= now }
            drafts.append((key, Draft(bytes: bytes, until: now + DraftRoom.life, show: show)))
            while drafts.count > DraftRoom.most || drafts.reduce(0, { $0 + $1.draft.bytes }) > DraftRoom.bytes {
                drafts.removeFirst()
            }
        }
        return key
    }

    /// - Returns: nil once its time is over, others took its room, or the node was started anew.
    func draft(_ key: String) -> Draft? {
        let now = clock()
        return drafts.withLock { drafts in drafts.first { $0.key == key && $0.draft.until > now }?.draft }
    }
}
