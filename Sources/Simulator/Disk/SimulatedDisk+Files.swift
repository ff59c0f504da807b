import CDisk

/// Plain files of simulated disks, by whole path, with the durability of real ones.
extension SimulatedDisk {
    /// A call that the disk refused, with SQLite's result code.
    package struct Failure: Error, CustomStringConvertible {
        package let path: String
        package let code: Int32
        package var description: String {
            "\(path): \(String(cString: jy_disk_reason(code))) (\(code)); the simulated disk has a fault, no power, or isn't mounted."
        }

        static func check(_ code: Int32, _ path: String) throws(Failure) {
            if code != 0 { throw Failure(path: path, code: code) }
        }
    }

    /// Replaces a file in the steps of `DurableFile`: a crash leaves the old content or the new.
    package static func write(_ bytes: [UInt8], to path: String) throws {
        let temporary = path + ".new"
        try writeUnsynced(bytes, to: temporary)
        try sync(temporary)
        try rename(temporary, to: path)
        try syncFolder(of: path)
    }

    /// - Returns: nil if there is no such file.
    package static func read(_ path: String) throws -> [UInt8]? {
        var content: [UInt8]?
        let code = withUnsafeMutablePointer(to: &content) {
            jy_disk_read(path, $0) { context, _, bytes, length in
                context!.assumingMemoryBound(to: [UInt8]?.self).pointee =
                    Array(UnsafeBufferPointer(start: bytes, count: length))
            }
        }
        if content == nil && code == notFound { return nil }
        try Failure.check(code, path)
        return content
    }

    // MARK: Single steps

    /// Replaces the content; neither it nor a new name is durable yet.
    package static func writeUnsynced(_ bytes: [UInt8], to path: String) throws {
        try Failure.check(jy_disk_write(path, bytes, bytes.count), path)
    }

    /// Makes the content durable, but not the name.
    package static func sync(_ path: String) throws { try Failure.check(jy_disk_sync(path), path) }

    /// Within one folder.
    package static func rename(_ path: String, to new: String) throws {
        try Failure.check(jy_disk_rename(path, new), path)
    }

    package static func delete(_ path: String) throws { try Failure.check(jy_disk_delete(path), path) }

    /// Makes the names in the folder of this path durable.
    package static func syncFolder(of path: String) throws { try Failure.check(jy_disk_sync_folder(path), path) }

    /// `SQLITE_NOTFOUND`
    private static var notFound: Int32 { 12 }
}
