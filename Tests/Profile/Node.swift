import Federation
import Foundation
import GRDB
import Generator
import Logging
import Sync
import Testing

@testable import Compound

/// One compound's node as `jiayuan node` composes it, without pages: journal, outbox, sender. Used by one thread at a time.
final class Node: @unchecked Sendable {
    let unit: ReportingUnit
    /// What a faultless node must end with.
    let truth: SurveyCounts
    /// The evening as it was written down, page by page: whoever lost a part of it enters everything again, and the
    /// records' ids say what is there already.
    let paper: [[UInt8]]
    let records: Int
    let doors: Int

    private let home: String
    private let url: String
    private let token: String
    private let testimony: Testimony?
    private let table: [UInt8]
    private var state: String
    private var pages = 0
    private(set) var kills = 0
    private var running: (store: CompoundStore, sender: Sender)?
    /// Up to where the copy goes that was taken of the folder.
    private(set) var copied: UInt64?

    /// - Parameters:
    ///   - folder: of all nodes.
    ///   - url: of the aggregator, or of the line to it.
    ///   - testimony: hears what its store says.
    ///   - least: pages, so that even a hamlet has a middle of the evening.
    init(
        _ unit: ReportingUnit, of city: City, in folder: String, url: String, testimony: Testimony? = nil,
        pages least: Int = 1
    ) {
        (self.unit, self.url, self.testimony) = (unit, url, testimony)
        token = city.token(unit)
        home = "\(folder)/\(unit.code)"
        state = home + "/0"
        let evening = city.world.evening(of: unit)
        truth = evening.truth().totals.survey
        table = Array(evening.plan.registryCSV.utf8)
        doors = evening.plan.households.count
        let records = evening.records
        self.records = records.count
        let length = min(500, max(1, (records.count + least - 1) / least))
        paper = stride(from: 0, to: records.count, by: length).map { start in
            let page = records[start..<min(start + length, records.count)].map(\.json).joined(separator: ",")
            return Array("[\(page)]".utf8)
        }
    }

    var isUp: Bool { running != nil }

    // MARK: The evening

    func start() throws {
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        let store = try CompoundStore(folder: state, sidecar: state + "/sidecar", unit: unit.code, parentURL: url)
        let outbox: any Outbox = try testimony.map { try HeardOutbox(store, $0) } ?? store
        let sender = Sender(outbox: outbox, url: url, token: token, caFile: nil, log: .quiet)
        sender.start()
        running = (store, sender)
    }

    func listDoors() throws {
        let store = try #require(running?.store)
        _ = try RegistryImport.run(table, into: store, apply: true)
    }

    /// Enters what isn't entered yet up to a part of the evening.
    func enter(_ part: Double = 1) throws {
        let store = try #require(running?.store)
        while pages < Int((Double(paper.count) * part).rounded(.up)) {
            let outcome = try store.record(paper[pages])
            #expect(outcome.refused.isEmpty)
            pages += 1
        }
        // Of many nodes in one process none keeps in memory what it has read.
        store.database.releaseMemory()
    }

    /// In order: what was under way is broken off, and the journal is closed.
    func stop() throws {
        guard let (store, sender) = running else { return }
        running = nil
        sender.shutDown()
        try store.close()
    }

    // MARK: Faults

    private static let journal = "journal.sqlite"
    private var backup: String { home + "/backup" }

    /// As by `kill -9`; see `Remains`.
    func kill() throws {
        guard let (store, _) = running else { return }
        kills += 1
        let (before, after) = (state, "\(home)/\(kills)")
        try store.read { _ in try Remains.copy([Node.journal, "sidecar"], from: before, to: after) }
        try stop()
        try FileManager.default.removeItem(atPath: before)
        state = after
    }

    /// A copy of the folder while the node runs, as an operator takes it: without the sidecar, which is in no backup.
    func backUp() throws {
        let store = try #require(running?.store)
        let before = state
        try store.read { _ in try Remains.copy([Node.journal], from: before, to: self.backup) }
        copied = try store.changes(after: .max, limit: 1).own.seq
    }

    /// The folder as it was earlier in the evening; everything on the paper is to be entered again.
    ///
    /// - Parameter elsewhere: on another machine, where no sidecar lies beside it.
    func restore(elsewhere: Bool) throws {
        try kill()
        let (files, beside) = (FileManager.default, state + "/sidecar")
        let sidecar = elsewhere ? nil : files.contents(atPath: beside)
        try files.removeItem(atPath: state)
        try files.moveItem(atPath: backup, toPath: state)
        if let sidecar { try sidecar.write(to: URL(fileURLWithPath: beside)) }
        pages = 0
        try start()
    }
}

extension Logger {
    /// A thousand nodes that lose their line say so a thousand times: only what ends a process is heard.
    static var quiet: Logger {
        var logger = Logger(label: "profile")
        logger.logLevel = .critical
        return logger
    }
}
