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
        /// Nil until the kept releases have been read.
        var told: ToldReleases?
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
        guard let campaign = roundToTell(picture.campaigns, at: moment) else { return true }
        let isLate = wall > moment + series.stepSeconds + PublicEdge.patience
        guard isLate || series.log(campaign.code, picture).step(at: moment) != nil else { return false }
        if !state.withLock({ $0.kept.contains { $0.isAt(moment, campaign.code) } }) {
            try publish(campaign, moment, picture.along(campaign.code))
        }
        return true
    }

    /// The public is told of one round at a time, the one that was opened last: two tables over the same people would tell
    /// of each other. For the same reason none is told of again once another was.
    private func roundToTell(_ campaigns: [RegistryCampaign], at moment: Int64) -> RegistryCampaign? {
        let open = campaigns.filter { !$0.closed && $0.opens <= moment }
        let latest = open.max { ($0.opens, $0.code) < ($1.opens, $1.code) }
        let before = state.withLock { $0.kept.filter(\.isPublished).map(\.campaign) }
        return latest.flatMap { before.last == $0.code || !before.contains($0.code) ? $0 : nil }
    }

    private func publish(_ campaign: RegistryCampaign, _ moment: Int64, _ picture: Picture) throws {
        let log = series.log(campaign.code, picture)
        var told = try soFar(picture)
        let id = PublicEdge.id(campaign.code, moment)
        var release = KeptRelease(id: id, campaign: campaign.code, appointed: moment, isPublished: false)
        guard let cut = ReleaseCut(picture.rollup.tree.published, log, at: moment) else {
            try registry.add(release, nil)
            state.withLock { $0.kept.append(release) }
            return self.log.warning("nothing to publish: nobody looked at the time", metadata: ["release": "\(id)"])
        }
        let document = ReleaseDocument(
            id: id, campaign, appointed: moment, edition: picture.edition, cut, picture.overlays,
            told.plan(cut, campaign.code.text))
        told.append(document, cut)
        release.isPublished = true
        try registry.add(release, document.encoded())
        state.withLock { state in
            state.kept.append(release)
            state.told = told
            state.latest = (id, document)
        }
        self.log.notice("published", metadata: ["release": "\(id)", "places": "\(document.places.count)"])
    }

    /// After a start, what earlier releases hid comes from the series.
    private func soFar(_ picture: Picture) throws -> ToldReleases {
        if let known = state.withLock({ $0.told }) { return known }
        var told = ToldReleases()
        for release in state.withLock({ $0.kept }) where release.isPublished {
            guard let document = try document(release.id) else { continue }
            let log = series.log(release.campaign, picture)
            told.append(document, ReleaseCut(document.cutPlaces, log, at: document.as_of))
        }
        return told
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
