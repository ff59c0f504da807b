/// The order of statements inside a compound: the recorder's own time, but never later than this
/// node's, with a counter for equal milliseconds.
///
/// It is clamped once, when the node first journals the record, and stored: clamping when reading
/// would make the fold depend on where it is read. A phone that runs ahead therefore can't win over
/// what is recorded after it; one that runs behind may lose, and its record is flagged.
enum HybridClock {
    /// - Parameters:
    ///   - observedAt: seconds by the recorder's device.
    ///   - now: seconds by this node.
    ///   - last: the highest value given out so far.
    static func stamp(observedAt: Int64, now: Int64, last: Int64) -> Int64 {
        let time = min(max(observedAt, 0), max(now, 0)) << 16 &* 1000
        // Two records of one second keep the order in which they were journaled.
        return last >= time && last - time < 1000 << 16 ? last + 1 : time
    }

    /// The device's clock is so far off that people should look at it.
    static func isOff(observedAt: Int64, now: Int64) -> Bool { observedAt > now + 300 || observedAt < 1_577_836_800 }
}
