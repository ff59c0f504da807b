import Coverage
import Daemon
import Federation
import Foundation
import Logging
import Synchronization

/// Tells the public how a round goes, at appointed times and at no others: the only way in which figures leave for
/// people who didn't sign in.
///
/// A release is made of a step of the series, so that what it hid can be had again from where staff have it anyway. What
/// is kept of it is what was sent.
package final class PublicEdge: Sendable {
    private struct State {
        /// Nil until the kept releases of the round have been read.
        var rounds: [Code: RoundReleases] = [:]
        var kept: [KeptRelease]
        var latest: (id: String, document: ReleaseDocument)?
        /// Up to which moment everything was decided.
        var decided: Int64
        var trouble: String?
    }
    private let times: ReleaseTimes?
    private let registry: RegistryStore
    private let series: Series
    private let log: Logger
    private let queue = SerialQueue("public edge")
    private let state: Mutex<State>

    /// How far back appointments are looked for that nobody kept, in seconds.
    private static let longest: Int64 = 2 * 86400
    /// How long after its time a release waits for its step, in seconds, beyond the length of a step.
    private static let patience: Int64 = 60

    /// - Parameter wall: seconds since 1970. What was appointed before the first start was no appointment.
    init(_ times: ReleaseTimes?, _ registry: RegistryStore, _ series: Series, wall: Int64, log: Logger) throws {
        self.times = times
        self.registry = registry
        self.series = series
        self.log = log
        let kept = try registry.releases()
        let last = kept.last?.appointed
        state = Mutex(State(kept: kept, decided: max(last ?? wall, wall - PublicEdge.longest)))
    }

    /// Keeps the appointments that have come; on a thread of its own, because it takes some reckoning.
    func look(_ picture: @escaping @Sendable () -> Picture, wall: Int64) {
        guard let times, !times.moments(after: state.withLock { $0.decided }, through: wall).isEmpty else { return }
        queue.submit { [self] in keep(picture(), wall: wall) }
    }

    /// - Returns: once everything is decided that can be.
    func keep(_ picture: Picture, wall: Int64) {
        for moment in times?.moments(after: state.withLock { $0.decided }, through: wall) ?? [] {
            do {
                guard try isKept(moment, picture, wall) else { return }
                state.withLock { ($0.decided, $0.trouble) = (moment, nil) }
            } catch {
                let isNew = state.withLock { state in
                    defer { state.trouble = "\(error)" }
                    return state.trouble == nil
                }
                if isNew { log.error("a release is not kept, and is tried again", metadata: ["why": "\(error)"]) }
                return
            }
        }
    }

    /// - Returns: false while the step may still come.
    private func isKept(_ moment: Int64, _ picture: Picture, _ wall: Int64) throws -> Bool {
        let open = picture.campaigns.filter { !$0.closed && $0.opens <= moment }
        let isLate = wall > moment + series.stepSeconds + PublicEdge.patience
        let steps = open.map { series.log($0.code, picture).step(at: moment) }
        guard isLate || steps.allSatisfy({ $0 != nil }) else { return false }
        for campaign in open where !state.withLock({ $0.kept.contains { $0.isAt(moment, campaign.code) } }) {
            try publish(campaign, moment, picture.along(campaign.code))
        }
        return true
    }

    private func publish(_ campaign: RegistryCampaign, _ moment: Int64, _ picture: Picture) throws {
        let log = series.log(campaign.code, picture)
        var round = try round(campaign.code, log)
        let id = PublicEdge.id(campaign.code, moment)
        var release = KeptRelease(id: id, campaign: campaign.code, appointed: moment, isPublished: false)
        guard let cut = ReleaseCut(picture.rollup.tree.published, log, at: moment) else {
            try registry.add(release, nil)
            state.withLock { $0.kept.append(release) }
            return self.log.warning("nothing to publish: nobody looked at the time", metadata: ["release": "\(id)"])
        }
        let document = ReleaseDocument(
            id: id, campaign, appointed: moment, edition: picture.edition, cut, round.plan(cut))
        round.append(document, cut)
        release.isPublished = true
        try registry.add(release, document.encoded())
        state.withLock { state in
            state.kept.append(release)
            state.rounds[campaign.code] = round
            state.latest = (id, document)
        }
        self.log.notice("published", metadata: ["release": "\(id)", "places": "\(document.places.count)"])
    }

    /// After a start, what earlier releases hid comes from the series.
    private func round(_ code: Code, _ log: SeriesLog) throws -> RoundReleases {
        if let known = state.withLock({ $0.rounds[code] }) { return known }
        var round = RoundReleases()
        for release in state.withLock({ $0.kept }) where release.campaign == code && release.isPublished {
            guard let document = try document(release.id) else { continue }
            round.append(document, ReleaseCut(document.cutPlaces, log, at: document.as_of))
        }
        return round
    }

    private static func id(_ campaign: Code, _ moment: Int64) -> String {
        "\(campaign)-" + ZonedTime.text(moment).prefix(19).filter { $0 != "-" && $0 != ":" }
    }

    // MARK: Readers

    /// Ascending by their times.
    var releases: [KeptRelease] { state.withLock { $0.kept } }

    func bytes(_ id: String) throws -> [UInt8]? { try registry.release(id) }

    func document(_ id: String) throws -> ReleaseDocument? {
        if let latest = state.withLock({ $0.latest }), latest.id == id { return latest.document }
        guard let document = try bytes(id).map({ try ReleaseDocument($0) }) else { return nil }
        state.withLock { if $0.kept.last(where: \.isPublished)?.id == id { $0.latest = (id, document) } }
        return document
    }
}

extension KeptRelease {
    fileprivate func isAt(_ moment: Int64, _ code: Code) -> Bool { appointed == moment && campaign == code }
}
