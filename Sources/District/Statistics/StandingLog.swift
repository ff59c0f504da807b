import Coverage
import Federation
import Logging
import Synchronization

/// How the round that is shown stands, told to the log when it has changed, once a minute at most: a city's units come
/// and go all day.
final class StandingLog: Sendable {
    private let log: Logger
    private let said = Mutex<(line: String?, next: Int64)>((nil, 0))

    init(_ log: Logger) { self.log = log }

    /// - Parameter now: monotonic, in milliseconds.
    func look(_ picture: Picture, now: Int64) {
        guard let root = picture.rollup.tree.root, let campaign = picture.campaign(nil) else { return }
        said.withLock { said in
            guard now >= said.next else { return }
            said.next = now + 60_000
            let units = picture.figures(root, picture.question(campaign)).completeness
            let line = "\(campaign) \(units.known)/\(units.expected)"
            guard line != said.line else { return }
            said.line = line
            log.notice(
                "units that are heard",
                metadata: ["round": "\(campaign)", "heard": "\(units.known)", "expected": "\(units.expected)"])
        }
    }
}
