import GRDB

/// The order of statements inside a compound: the recorder's own time, but never later than this
/// node's, with a counter for one recorder's records of one second.
///
/// The rule, and why:
/// - The time is the one at which the thing was seen, as the recorder's device says. The order in which records
///   reach the node decides nothing: phones come back with a queue, paper is keyed the next day.
/// - It is clamped to the node's time once, when the node first journals the record, and stored: clamping when
///   reading would make the fold depend on where it is read. A phone that runs ahead therefore can't win over
///   what is recorded after it; one that runs behind may lose, and its record is flagged.
/// - Devices say seconds. What one recorder notes on one device within a second keeps the order in which it came,
///   so that a claim and its release are told apart. Between two recorders a tie is left to the statements.
/// - The node's own clock may have run ahead for a while. What was journaled then about a fact would stand above every
///   later word for ever, so a statement that comes after the clock was set right is stamped above it.
enum HybridClock {
    /// - Parameters:
    ///   - observedAt: seconds by the recorder's device.
    ///   - now: seconds by this node.
    ///   - last: the highest value given to this recorder on this device; nil if there is none.
    ///   - ahead: the highest value of a statement about the same fact that lies after `now`; nil if there is none.
    /// - Returns: milliseconds since 1970 in the upper 48 bits, a counter in the lower 16.
    static func stamp(observedAt: Int64, now: Int64, last: Int64?, ahead: Int64? = nil) -> Int64 {
        if let ahead { return max(ahead, last ?? 0) + 1 }
        let time = (max(0, min(observedAt, now, latest)) * 1000) << 16
        guard let last, last >= time, last - time < 1000 << 16 else { return time }
        return last + 1
    }

    /// The first value that no clock which is right could have given yet.
    static func after(_ now: Int64) -> Int64 { stamp(observedAt: .max, now: now + 1, last: nil) }

    /// Above any stamp that a node gives, with room for those that follow it.
    static let latestStamp = stamp(observedAt: .max, now: .max, last: nil) + 1 << 32

    /// - Returns: seconds of the latest record, if it lies so far after now that this node's clock must have been wrong.
    static func ahead(of now: Int64, _ db: Database) throws -> Int64? {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT max(hlc) FROM clock WHERE hlc >= ?"), arguments: [after(now + 300)]
        )
        .map { ($0 >> 16) / 1000 }
    }

    /// In the year 6406; later seconds don't fit.
    private static let latest: Int64 = 140_000_000_000

    /// The device's clock is so far off that people should look at it.
    static func isOff(observedAt: Int64, now: Int64) -> Bool { observedAt > now + 300 || observedAt < 1_577_836_800 }
}
