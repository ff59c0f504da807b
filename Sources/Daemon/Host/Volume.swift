import Foundation

/// The file system that a folder lies on.
package enum Volume {
    package enum Condition: Sendable { case inOrder, full, readOnly }

    /// One that can't be asked counts as in order: what failed on it is not explained by it.
    package static func condition(of folder: String) -> Condition {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return .inOrder }
        if status.f_flag & UInt(ST_RDONLY) != 0 { return .readOnly }
        return status.f_bavail == 0 ? .full : attempt(in: folder)
    }

    /// A file system that the kernel gave up after an error may still count as mounted for writing: only a write tells.
    private static func attempt(in folder: String) -> Condition {
        var name = Array("\(folder)/.writable-XXXXXX".utf8CString)
        let file = mkstemp(&name)
        guard file >= 0 else { return errno == EROFS ? .readOnly : errno == ENOSPC ? .full : .inOrder }
        unlink(name)
        close(file)
        return .inOrder
    }
}
