/// When a reader last looked, in a cookie. A page that is open all evening is one look; who comes back after a while hears
/// what happened since.
package struct LastLook {
    private static let away: Int64 = 600

    /// What the page compares with, seconds since 1970.
    package let base: Int64
    /// Nobody has looked from this browser before, or it forgot.
    package let isFirst: Bool
    private let now: Int64
    private let name: String

    /// The cookie holds what was compared with, and when the page was last read.
    package init(_ call: Call, now: Int64, cookie name: String = "jiayuan_look") {
        (self.now, self.name) = (now, name)
        let said = (call.cookie(name) ?? "").split(separator: "-").compactMap { Int64($0) }
        if said.count == 2, said[0] <= said[1], said[1] <= now {
            (base, isFirst) = (now - said[1] > LastLook.away ? said[1] : said[0], false)
        } else {
            (base, isFirst) = (now, true)
        }
    }

    /// Nil where nothing can have been recorded since.
    ///
    /// - Parameter step: of the series, in seconds.
    package func since(step: Int64) -> Int64? { now - base > step ? base : nil }

    package var cookie: String {
        "\(name)=\(base)-\(now); HttpOnly; SameSite=Strict; Path=/; Max-Age=604800"
    }
}
