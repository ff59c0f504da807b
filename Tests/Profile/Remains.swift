import Foundation

/// What `kill -9` leaves of a folder: the databases with their logs as the system has them, in a folder of their own.
///
/// Nothing in this process can be killed alone, so its files are copied instead, from inside the thread or queue that
/// alone writes them: it is between two transactions then, and what others have under way reaches the copy no more. The
/// object that goes on working for a moment does so for nobody. What a kill in the middle of a transaction leaves is the
/// matter of `test_chaos.py` (real signals) and of `jiayuan simulate --depth disk`.
///
/// Whoever closes a file gives up this process's locks on it, SQLite's own among them; each file has one connection, so
/// nobody is let in.
enum Remains {
    /// - Parameter names: of files, without the endings of their logs; one that isn't there is left out.
    static func copy(_ names: [String], from folder: String, to copy: String) throws {
        let files = FileManager.default
        try files.createDirectory(atPath: copy, withIntermediateDirectories: true)
        // The log in memory (`-shm`) is the machine's, and made anew by whoever opens the file first.
        for name in names.flatMap({ [$0, $0 + "-wal"] }) where files.fileExists(atPath: "\(folder)/\(name)") {
            try files.copyItem(atPath: "\(folder)/\(name)", toPath: "\(copy)/\(name)")
        }
    }
}
