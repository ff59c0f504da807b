import Coverage
import Daemon
import Federation
package import Logging
import Synchronization

/// How rounds went: of every place and unit a sample at each step of the clock, from the pictures that pages show.
///
/// A reader's concern and nobody else's: nothing waits for it, and a figure never comes from it.
package final class Series: Sendable {
    private struct State {
        /// Rounds that are open, and the last one beside them that somebody asked for.
        var logs: [Code: SeriesLog] = [:]
        /// Of rounds that are open: what the rounds before them taught, and which those were.
        var experiences: [Code: (rounds: [Code], experience: Experience)] = [:]
        /// Seconds since 1970.
        var takenAt: Int64 = 0
        var keptAt: Int64 = 0
        var forgotAt: Int64 = 0
        var trouble: String?
    }
    /// Nil where no file can be had: then there is no course to show, and everything else goes on.
    private let store: SeriesStore?
    private let queue = SerialQueue("series")
    private let state = Mutex(State())
    private let log: Logger

    let stepSeconds: Int64

    /// Longest that a round is kept after its last step: a quarter of a year.
    private static let kept: Int64 = 92 * 86400
    /// Seconds by which a step may lie ahead before a clock is taken to have run wrong.
    private static let ahead: Int64 = 3600

    package init(folder: String, stepSeconds: Int64, log: Logger) {
        store = Series.open(folder + "/series.sqlite", log)
        self.stepSeconds = stepSeconds
        self.log = log
    }

    private static func open(_ path: String, _ log: Logger) -> SeriesStore? {
        do { return try SeriesStore(path) } catch StoreError.cannotOpen(_, let reason) {
            log.error("no series is kept until the next start", metadata: ["why": "\(reason)"])
            return nil
        } catch {
            log.error("the series is put aside and begins anew", metadata: ["why": "\(error)"])
            SeriesStore.putAside(path)
            return try? SeriesStore(path)
        }
    }

    /// When the last step was taken that readers find, seconds since 1970.
    var keptAt: Int64 { state.withLock { $0.keptAt } }

    /// Takes a step if a new one has begun; on a thread of its own, because a city has many units.
    func look(_ picture: @escaping @Sendable () -> Picture, wall: Int64) {
        let begun = wall - wall % stepSeconds
        let at = state.withLock { state -> Int64? in
            guard begun > state.takenAt else { return nil }
            // Of the time before it started this process saw nothing.
            let at = state.takenAt == 0 ? wall : begun
            state.takenAt = begun
            return at
        }
        if let at { queue.submit { [self] in take(at, picture()) } }
    }

    /// A disk that is full costs the series this step and nobody anything else.
    func take(_ at: Int64, _ picture: Picture) {
        do {
            for campaign in picture.campaigns where !campaign.closed && campaign.opens <= picture.wall {
                try take(
                    SeriesLog.Step(at: at, seconds: stepSeconds - at % stepSeconds), picture.along(campaign.code),
                    campaign.code)
                try learn(campaign, picture)
            }
            try forget(at)
            state.withLock { ($0.trouble, $0.keptAt) = (nil, at) }
        } catch {
            let isNew = state.withLock { state in
                defer { state.trouble = "\(error)" }
                return state.trouble == nil
            }
            if isNew { log.error("a step of the series is not kept", metadata: ["why": "\(error)"]) }
        }
    }

    private func take(_ step: SeriesLog.Step, _ picture: Picture, _ period: Code) throws {
        guard let store else { return }
        var log = try state.withLock { $0.logs[period] } ?? read(period)
        if let last = log.steps.last, last.at > step.at + Series.ahead {
            self.log.error("steps of a clock that ran ahead are forgotten", metadata: ["round": "\(period)"])
            try store.forget(period, from: step.at)
            log = try read(period)
        }
        guard step.at > log.steps.last?.at ?? 0 else { return }
        let shape = SampleShape(measures: picture.measures(period).map(\.title))
        let changes = log.take(step, shape, picture.samples(period).mapValues(shape.numbers))
        try store.add(period, step, shape, changes)
        state.withLock { $0.logs[period] = log }
    }

    /// Reads the rounds before this one, if others are over now than at the last look.
    private func learn(_ campaign: RegistryCampaign, _ picture: Picture) throws {
        let former = picture.campaigns.filter {
            $0.opens < campaign.opens && ($0.closed || $0.deadline < picture.wall)
        }.sorted { $0.opens > $1.opens }.prefix(Experience.mostRounds)
        let rounds = former.map(\.code)
        guard state.withLock({ $0.experiences[campaign.code]?.rounds != rounds }) else { return }
        var experience = Experience()
        for round in former {
            experience.add(
                try read(round.code), picture.measure(.completion, round.code), opens: round.opens, step: stepSeconds,
                level: { picture.level($0) })
        }
        state.withLock { state in
            let open = Set(picture.campaigns.filter { !$0.closed }.map(\.code))
            state.experiences = state.experiences.filter { open.contains($0.key) }
            state.experiences[campaign.code] = (rounds, experience)
        }
    }

    /// Empty until the first step of a round was taken.
    func experience(_ round: Code) -> Experience {
        state.withLock { $0.experiences[round]?.experience ?? Experience() }
    }

    private func forget(_ now: Int64) throws {
        let isDue = state.withLock { state in
            // Not before a day has passed: a host may start with a clock that is years ahead.
            if state.forgotAt == 0 { state.forgotAt = now }
            guard now - state.forgotAt >= 86400 else { return false }
            state.forgotAt = now
            return true
        }
        if isDue { try store?.forget(before: now - Series.kept) }
    }

    private func read(_ period: Code) throws -> SeriesLog {
        guard let read = try store?.log(period) else { return SeriesLog() }
        if let at = read.brokenAt {
            log.error(
                "the series is broken, and begins anew after what can be read",
                metadata: ["round": "\(period)", "at": "\(at)"])
        }
        return read.log
    }

    /// A round's series, as far as it was taken; empty where it wasn't, or can't be read.
    ///
    /// - Parameter picture: tells which rounds are open, so that an old one leaves memory when another is read.
    func log(_ period: Code, _ picture: Picture) -> SeriesLog {
        if let known = state.withLock({ $0.logs[period] }) { return known }
        // What can't be read now may be read later; nothing is built on it.
        guard let read = try? read(period) else { return SeriesLog() }
        let open = Set(picture.campaigns.filter { !$0.closed }.map(\.code))
        return state.withLock { state in
            // A step may have been taken meanwhile.
            if let known = state.logs[period] { return known }
            state.logs = state.logs.filter { open.contains($0.key) }
            state.logs[period] = read
            return read
        }
    }
}

extension Picture {
    /// How everything that is counted stands in a round.
    func samples(_ period: Code) -> [SeriesSubject: Sample] {
        let tree = rollup.tree
        let totals = cut("survey", period)
        let volunteers = cut("volunteers", period)
        let measures = measures(period)
        func evidence(_ of: (Measure) -> Evidence) -> [String: Evidence] {
            Dictionary(uniqueKeysWithValues: measures.map { ($0.title, of($0)) })
        }
        var samples: [SeriesSubject: Sample] = [:]
        samples.reserveCapacity(tree.places.count + tree.units.count)
        for place in tree.places.indices {
            let standings = Standing.allCases.map { ($0, Int64(totals.number(of: $0, at: place))) }
            samples[.place(tree.places[place].code)] = Sample(
                standings: Dictionary(uniqueKeysWithValues: standings.filter { $0.1 != 0 }),
                short: counts(place, volunteers)["short"],
                evidence: evidence { figure(place, $0, period).evidence })
        }
        for unit in tree.units.indices where tree.isCounted(unit) {
            let isKnown = volunteers.standings[unit] == .known
            samples[.unit(tree.units[unit].code)] = Sample(
                standings: [totals.standings[unit]: 1],
                short: isKnown ? sums(unit, "volunteers", period)["short"] : nil,
                evidence: evidence { figure(unit: unit, $0, period).evidence })
        }
        return samples
    }
}
