import Daemon
import Federation

/// Where an officer settles items of the work list, each act with a reason and a name.
struct WorkDesk: Sendable {
    private let aggregator: Aggregator

    init(_ aggregator: Aggregator) { self.aggregator = aggregator }

    /// What was asked for, as a form or a command sends it.
    struct Order: Sendable {
        var key: String
        var act: WorkItem.Act
        /// An incarnation or a unit; empty for a note.
        var choice: String
        var reason: String
        var officer: String

        /// - Parameter field: what was sent under a name; nil or empty where nothing was.
        /// - Throws: the field at fault.
        init(_ field: (String) -> String?) throws(Refusal) {
            func said(_ name: String) throws(Refusal) -> String {
                guard let value = field(name), !value.isEmpty else { throw .missing(name) }
                guard value.utf8.count <= Order.longest else { throw .tooLong(name) }
                return value
            }
            key = try said("key")
            // `note`, or an act and what it names: `retire 3f…`.
            let words = try said("act").split(separator: " ", maxSplits: 1).map(String.init)
            guard let act = words.first.flatMap(WorkItem.Act.init) else { throw .missing("act") }
            self.act = act
            choice = words.count > 1 ? words[1] : ""
            reason = try said("reason")
            officer = try said("officer")
        }

        /// Bytes of a field.
        static let longest = 1000
    }

    enum Refusal: Error, Equatable {
        case missing(String), tooLong(String)
        /// It isn't on the list any more: somebody settled it, or its cause has gone.
        case gone
        case impossible

        func words(_ text: Messages) -> String {
            switch self {
            case .missing(let field): text("work.refused.missing", ["field": text("work.field.\(field)")])
            case .tooLong(let field):
                text("work.refused.too_long", ["field": text("work.field.\(field)"), "most": "\(Order.longest)"])
            case .gone: text("work.refused.gone")
            case .impossible: text("work.refused.impossible")
            }
        }

        /// The one at fault; nil where it isn't one.
        var field: String? {
            switch self {
            case .missing(let field), .tooLong(let field): field
            case .gone, .impossible: nil
            }
        }

        var status: Int { self == .gone || self == .impossible ? 409 : 422 }
    }

    /// What a key names on the list of a division; nil where it isn't on it.
    func item(_ key: String, _ campaign: Code?, below division: String?) -> WorkItem? {
        let picture = aggregator.look()
        let place = division.map { picture.rollup.tree.place($0) }
        guard place != .some(nil) else { return nil }
        return picture.work(campaign, below: place ?? nil).first { $0.key == key }
    }

    /// Durable when this returns.
    ///
    /// - Parameter division: only what its list holds can be settled; everything without one.
    func settle(_ order: Order, _ campaign: Code?, below division: String? = nil) async throws {
        guard let item = item(order.key, campaign, below: division) else { throw Refusal.gone }
        guard order.act == .note || item.choices(order.act).contains(order.choice) else { throw Refusal.impossible }
        switch order.act {
        case .note:
            let note = WorkNote(
                key: item.key, extent: item.extent, at: aggregator.clock.wall, reason: order.reason,
                officer: order.officer)
            _ = try await aggregator.decide(.note(note))
        case .adopt, .retire: try await decide(order, item)
        case .count: try await count(order, item, campaign)
        }
    }

    private func decide(_ order: Order, _ item: WorkItem) async throws {
        guard let unit = item.unit, let incarnation = Incarnation(hex: order.choice) else { throw Refusal.impossible }
        let word = Word(incarnation, reason: order.reason, officer: order.officer)
        let reply = try await aggregator.decide(
            order.act == .adopt ? .adopt(word, unit: unit) : .retire(word, unit: unit))
        guard reply == .found(true) else { throw Refusal.impossible }
    }

    private func count(_ order: Order, _ item: WorkItem, _ campaign: Code?) async throws {
        guard case .doubleClaim(let claim) = item.matter, let token = Hex.uint64(claim.token[...]), let campaign,
            let unit = Code(order.choice)
        else { throw Refusal.impossible }
        let wall = aggregator.clock.wall
        try await aggregator.change {
            try $0.decide(
                token, in: campaign, unit: unit, at: wall, reason: order.reason, officer: order.officer)
        }
    }
}
