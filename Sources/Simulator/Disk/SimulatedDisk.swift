import CDisk

/// One simulated machine's disk, in memory, under a prefix such as `/m3`. It forgets at a crash what wasn't synced.
///
/// Databases and files below the prefix live here as soon as the disk is mounted and `installed`; every other
/// path of the process goes on to the real file system. Prefixes don't nest.
package struct SimulatedDisk: Sendable {
    package let prefix: String

    /// Mounts the disk: an empty one, or the one that is already there.
    package init(_ prefix: String) {
        precondition(prefix.utf8.first == UInt8(ascii: "/") && prefix.utf8.last != UInt8(ascii: "/"))
        self.prefix = prefix
        jy_disk_mount(prefix)
    }

    package func path(_ name: String) -> String { "\(prefix)/\(name)" }

    /// Forgets the disk; whoever still has a file of it open gets errors.
    package func remove() { jy_disk_remove(prefix) }

    // MARK: Power

    /// The power fails and comes back. Of each file's unsynced writes the seed lets none survive, all, some, or
    /// some with one torn at a sector of 512 bytes; of the folder's changes, those up to some point.
    ///
    /// What was open before answers every call with `SQLITE_IOERR` from now on.
    package func crash(seed: UInt64) { jy_disk_crash(prefix, seed) }

    /// The power fails in the middle of the effect after the next `effects`: a write, truncation, sync, or change of
    /// a name. All calls are errors until `crash`. nil takes the plan back.
    package func cutPower(afterEffects effects: Int?) { jy_disk_cut(prefix, effects.map(Int64.init) ?? -1) }

    /// False between a planned power cut and the `crash` that ends it.
    package var hasPower: Bool { jy_disk_has_power(prefix) != 0 }

    // MARK: Faults

    /// The next syncs of files fail with `SQLITE_IOERR_FSYNC`. What they should have made durable isn't made so by
    /// a later one either, as in a kernel that takes pages it couldn't write for clean.
    package func failSyncs(_ count: Int = 1) { jy_disk_fail_syncs(prefix, Int64(count)) }

    /// A full disk (`SQLITE_FULL`) once its files have this many bytes more than now; nil for no limit.
    package func fill(afterBytes bytes: Int?) {
        jy_disk_set_capacity(prefix, bytes.map { Int64(counters.bytesHeld) + Int64($0) } ?? -1)
    }

    /// New handles only read, and writing through old ones is an error.
    package func setReadOnly(_ readOnly: Bool) { jy_disk_set_read_only(prefix, readOnly ? 1 : 0) }

    /// Flips a bit of the medium.
    package static func flip(_ path: String, offset: Int, bit: Int) throws {
        try Failure.check(jy_disk_flip(path, offset, Int32(bit)), path)
    }

    // MARK: Counting

    package struct Counters: Equatable, Sendable {
        /// Everything a power cut could have fallen into.
        package let effects: Int
        package let bytesWritten: Int
        package let syncs: Int
        package let folderSyncs: Int
        package let bytesHeld: Int
        /// How often a file was opened for writing while it already was.
        package let secondWriters: Int
    }

    package var counters: Counters {
        let counted = jy_disk_count(prefix)
        return Counters(
            effects: Int(counted.effects), bytesWritten: Int(counted.bytes_written), syncs: Int(counted.syncs),
            folderSyncs: Int(counted.folder_syncs), bytesHeld: Int(counted.bytes_held),
            secondWriters: Int(counted.second_writers))
    }

    /// How many handles of a file are open and have survived.
    package static func openHandles(_ path: String) -> Int { Int(jy_disk_open_handles(path)) }
}
