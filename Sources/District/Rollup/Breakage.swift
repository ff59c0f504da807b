#if DEBUG
    import Glibc

    /// Breaks the counting on purpose, so that the demo can show that it notices. Compiled into debug
    /// builds only; a release build has no trace of it.
    enum Breakage: String {
        case dropRow = "drop-row"
        case doubleCount = "double-count"
        case staleAsCurrent = "stale-as-current"
        case inwardRounding = "inward-rounding"

        static let chosen: Breakage? = getenv("JIAYUAN_SABOTAGE").flatMap { Breakage(rawValue: String(cString: $0)) }
    }
#endif
