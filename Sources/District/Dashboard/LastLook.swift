import Daemon

/// When a reader last looked, in a cookie. A page that is open all evening is one look; who comes back after a while hears
/// what happened since.
struct LastLook {
    private static let name = "jiayuan_look"
    private static let away: Int64 = 600

    /// What the page compares with, seconds since 1970.
    private let base: Int64
    private let now: Int64

    /// The cookie holds what was compared with, and when the page was last read.
    init(_ call: Call, now: Int64) {
        self.now = now
        let said = (call.cookie(LastLook.name) ?? "").split(separator: "-").compactMap { Int64($0) }
        if said.count == 2, said[0] <= said[1], said[1] <= now {
            base = now - said[1] > LastLook.away ? said[1] : said[0]
        } else {
            base = now
        }
    }

    /// Nil where nothing can have been recorded since.
    ///
    /// - Parameter step: of the series, in seconds.
    func since(step: Int64) -> Int64? { now - base > step ? base : nil }

    var cookie: String {
        "\(LastLook.name)=\(base)-\(now); HttpOnly; SameSite=Strict; Path=/; Max-Age=604800"
    }
}
