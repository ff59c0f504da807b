import CDisk

extension SimulatedDisk {
    /// What was on a disk at one moment, synced or not: a backup, or the image that a machine is cloned from.
    package struct Snapshot: Equatable, Sendable {
        /// By name below the prefix. Take a name out for what a backup doesn't hold.
        package var files: [String: [UInt8]]

        package init(files: [String: [UInt8]] = [:]) { self.files = files }
    }

    package func snapshot() -> Snapshot {
        var files: [String: [UInt8]] = [:]
        withUnsafeMutablePointer(to: &files) {
            jy_disk_each(prefix, $0) { context, path, bytes, length in
                let files = context!.assumingMemoryBound(to: [String: [UInt8]].self)
                files.pointee[String(cString: path!)] = Array(UnsafeBufferPointer(start: bytes, count: length))
            }
        }
        let skipped = prefix.utf8.count + 1
        return files.reduce(into: Snapshot()) {
            $0.files[String(decoding: $1.key.utf8.dropFirst(skipped), as: UTF8.self)] = $1.value
        }
    }

    /// Replaces everything on the disk, durably. Restoring under another prefix makes a clone.
    ///
    /// What was open before answers every call with `SQLITE_IOERR` from now on, as after `crash`.
    package func restore(_ snapshot: Snapshot) throws {
        jy_disk_empty(prefix)
        for (name, bytes) in snapshot.files {
            try Failure.check(jy_disk_place(path(name), bytes, bytes.count), path(name))
        }
    }
}
