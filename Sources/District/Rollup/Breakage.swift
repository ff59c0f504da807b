#if DEBUG
    import Federation
    import Glibc

    /// Breaks the counting on purpose, so that the demo can show that it notices. Compiled into debug
    /// builds only; a release build has no trace of it.
    enum Breakage: String {
        case dropRow = "drop-row"
        case doubleCount = "double-count"
        case staleAsCurrent = "stale-as-current"
        case inwardRounding = "inward-rounding"

        static let chosen: Breakage? = getenv("JIAYUAN_SABOTAGE").flatMap { Breakage(rawValue: String(cString: $0)) }

        /// Sums with a row dropped or everything doubled, where that was asked for.
        static func sums(_ block: RowBlock) -> [Int: [Int64]]? {
            guard chosen == .dropRow || chosen == .doubleCount else { return nil }
            let entries = chosen == .dropRow ? block.entries.dropFirst() : block.entries[...]
            return entries.reduce(into: [:]) { sums, entry in
                let factor: Int64 = chosen == .doubleCount ? 2 : 1
                let counts = entry.counts.map { ($0.known ?? 0) * factor }
                sums[entry.catalogue] = zip(counts, sums[entry.catalogue] ?? counts.map { _ in 0 }).map(+)
            }
        }
    }
#endif
