import CDisk

/// What is one for the whole process, since SQLite has it so. Runs that must repeat byte for byte need a process of
/// their own: SQLite's random numbers (salts of the WAL) come from one generator that all its databases share.
extension SimulatedDisk {
    /// Makes simulated disks SQLite's default file system. `SQLiteFile` then opens databases below a mounted prefix
    /// as it opens any other; they lock exclusively, because there is no shared memory for WAL.
    ///
    /// - Parameters:
    ///   - time: what SQLite takes for now, in milliseconds since 1970.
    ///   - seed: where all of SQLite's random numbers come from.
    package static func install(time: Int64, seed: UInt64) throws {
        try Failure.check(jy_disk_install(), "jiayuan-disk")
        setTime(time)
        jy_disk_seed(seed)
    }

    /// The real file system is the default again. Databases that are open stay where they are.
    package static func uninstall() { jy_disk_uninstall() }

    package static func setTime(_ milliseconds: Int64) { jy_disk_clock(milliseconds) }
}
