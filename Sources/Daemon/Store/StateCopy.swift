import Foundation

/// Copies of a daemon's databases, for a command that looks where no daemon runs: whatever opens them, nothing is
/// created or changed in the state folder. They are gone with this value.
package final class StateCopy: Sendable {
    package let folder: String
    private let original: String

    /// - Returns: nil if `folder` has none of the databases.
    package init?(of databases: [String], in folder: String) throws {
        let present = databases.filter { FileManager.default.fileExists(atPath: "\(folder)/\($0)") }
        guard !present.isEmpty else { return nil }
        original = folder
        self.folder = FileManager.default.temporaryDirectory.path + "/jiayuan-\(UUID().uuidString)"
        try Place.makeFolder(self.folder, key: "TMPDIR")
        do {
            for name in present {
                for file in [name, name + "-wal"] where FileManager.default.fileExists(atPath: "\(folder)/\(file)") {
                    try FileManager.default.copyItem(atPath: "\(folder)/\(file)", toPath: "\(self.folder)/\(file)")
                }
            }
        } catch {
            try? FileManager.default.removeItem(atPath: self.folder)
            throw StoreError.cannotOpen(path: folder, reason: "\(error.localizedDescription)")
        }
    }

    /// Whatever is wrong with a copy is told of the file it was taken from.
    package func read<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let error as StoreError {
            throw error.naming(original, insteadOf: folder)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }
}
