import Foundation

/// What a process holds in memory, in megabytes, as the kernel counts it now.
struct ProcessMemory {
    let resident: Double
    /// Shared pages divided among those who share them.
    let proportional: Double
    /// Not backed by any file: what the program itself asked for.
    let anonymous: Double

    init(_ pid: Int32) {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/smaps_rollup", encoding: .utf8)) ?? ""
        func megabytes(_ name: String) -> Double {
            let line = text.split(separator: "\n").first { $0.hasPrefix("\(name):") } ?? ""
            return (Double(line.filter(\.isNumber)) ?? 0) / 1024
        }
        (resident, proportional, anonymous) = (megabytes("Rss"), megabytes("Pss"), megabytes("Anonymous"))
    }
}
