package import Federation

/// What an aggregator publishes upward and when it may: a value that is stepped, for the real store and for a
/// simulated one.
package struct Publication: Sendable {
    /// One push's worth: the rows that differ from what is published, and the texts that they may need.
    package struct Edition: Sendable {
        /// In ascending key; nil for a row that goes.
        package var changes: [(key: RowKey, body: RowBody?)]
        package var catalogues: [Catalogue]
    }

    private let leaseEnds: Int64
    private var mayAlwaysSpeak = false
    /// What the parent could not store, as it was: it is said again once it says something else.
    private var refused: [RowKey: RowBody] = [:]

    /// Milliseconds between two looks while it is held back.
    package let patience: Int

    /// - Parameter startedAt: milliseconds on the serving clock at which this process began.
    package init(pace: Pace, startedAt: Int64) {
        leaseEnds = startedAt + Int64(pace.leaseMilliseconds)
        patience = max(250, pace.milliseconds / 4)
    }

    /// - Parameters:
    ///   - published: what the outbox holds.
    ///   - isAcknowledged: whether the parent holds anything of this life.
    /// - Returns: nil while nothing may be sent.
    mutating func edition(
        _ picture: Picture, published: [RowKey: RowBody], isAcknowledged: Bool, now: Int64
    ) -> Edition? {
        guard maySpeak(picture, published, isAcknowledged, now) else { return nil }
        var derived = DerivedRows(picture)
        derived.keep(published, of: picture)
        var changes: [(key: RowKey, body: RowBody?)] = published.keys.filter { derived.rows[$0] == nil }.map {
            ($0, nil)
        }
        for (key, body) in derived.rows where !says(published[key], body) && !says(refused[key], body) {
            refused[key] = nil
            changes.append((key, body))
        }
        return Edition(changes: changes.sorted { $0.key < $1.key }, catalogues: derived.catalogues)
    }

    /// The time of a row is shown only, and is no change.
    private func says(_ old: RowBody?, _ new: RowBody) -> Bool {
        old.map { $0.catalogue == new.catalogue && $0.counts == new.counts } ?? false
    }

    /// The parent can't store these rows.
    package mutating func refuse(_ rows: [(key: RowKey, body: RowBody)]) {
        for row in rows { refused[row.key] = row.body }
    }

    /// An aggregator that has lost its rows must not overwrite what stands above with nothing. Until its units have
    /// spoken, or for one lease, it is silent: its rows stand and age.
    private mutating func maySpeak(
        _ picture: Picture, _ published: [RowKey: RowBody], _ isAcknowledged: Bool, _ now: Int64
    ) -> Bool {
        if mayAlwaysSpeak || now >= leaseEnds {
            mayAlwaysSpeak = true
            return true
        }
        #if DEBUG
            if Mutation.speaksBeforeItsUnits.isActive { return true }
        #endif
        let rollup = picture.rollup
        let awaited =
            isAcknowledged
            ? published.filter { DerivedRow.wasConnected($0.value) }.compactMap { rollup.tree.unit($0.key.subject) }
            : Array(rollup.connected.indices)
        // Nobody waits for a unit that ended.
        mayAlwaysSpeak = awaited.allSatisfy { rollup.connected[$0] || !rollup.tree.isCounted($0) }
        return mayAlwaysSpeak
    }
}

extension Publication {
    /// The same for who has the ledger at hand.
    package mutating func edition(
        _ ledger: Ledger, published: [RowKey: RowBody], isAcknowledged: Bool, now: Int64, wall: Int64
    ) -> Edition? {
        edition(
            Picture(ledger.tally, now: now, wall: wall, revision: 0), published: published,
            isAcknowledged: isAcknowledged, now: now)
    }
}
