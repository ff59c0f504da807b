import Federation
import Synchronization

/// How many matters wait for a person, for pages that only say so.
///
/// The list looks at every unit. Where that takes long, in a city of a hundred thousand, a count is said again for ten
/// times as long as it took to make, so that pages cost a tenth of a processor for it, however many are open. The list
/// itself is always made anew.
final class OpenWork: Sendable {
    private struct Question: Hashable {
        var round: Code
        var place: String
    }
    private struct Said {
        var count: Int
        var picture: UInt64
        var goodUntil: ContinuousClock.Instant
    }
    private let said = Mutex<[Question: Said]>([:])

    /// Below this a count is always of the picture that the page shows.
    private let quick: Duration
    private let times: Int
    /// Places that people look at; more are forgotten.
    private static let most = 4096

    init(quick: Duration = .milliseconds(20), times: Int = 10) { (self.quick, self.times) = (quick, times) }

    func count(_ picture: Picture, _ round: Code, below place: Int) -> Int {
        let question = Question(round: round, place: picture.rollup.tree.places[place].code)
        let begun = ContinuousClock.now
        if let known = said.withLock({ $0[question] }), known.picture == picture.number || begun < known.goodUntil {
            return known.count
        }
        let count = picture.openWork(round, below: place)
        let took = ContinuousClock.now - begun
        said.withLock { said in
            if said.count >= OpenWork.most { said = [:] }
            said[question] = Said(
                count: count, picture: picture.number, goodUntil: took < quick ? begun : begun + took * times)
        }
        return count
    }
}

extension Picture {
    func openWork(_ round: Code, below place: Int) -> Int { matters(round, below: place).count { $0.note == nil } }
}
