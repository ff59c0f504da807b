import Glibc
import Testing

/// A node has three files and a connection open, a line through a relay two more, and the server one.
enum OpenFiles {
    static let ofOneNode = 7

    /// Raises what this process may have open to what the machine allows it.
    static func allow(nodes: Int) throws {
        var limit = rlimit()
        try #require(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
        let wanted = rlim_t(nodes * ofOneNode + 1000)
        try #require(limit.rlim_max >= wanted, "\(wanted) open files are needed: raise `ulimit -Hn`")
        limit.rlim_cur = max(limit.rlim_cur, wanted)
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
    }
}
