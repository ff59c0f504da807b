package import Federation

/// What must not be rewound with the database: a small file beside it, in no backup.
///
/// It exists only to be compared at start. A database that is older than it has been restored, and
/// starts a new incarnation before it writes anything.
package struct Sidecar: Equatable, Sendable {
    package var incarnation: Incarnation
    package var session: UInt64
    package var acknowledged: UInt64

    package init(incarnation: Incarnation, session: UInt64, acknowledged: UInt64) {
        self.incarnation = incarnation
        self.session = session
        self.acknowledged = acknowledged
    }

    /// `/var/lib/jiayuan/sidecars/node` for `/var/lib/jiayuan/node`: whoever copies the state folder leaves it behind.
    package static func path(beside state: String) -> String {
        let parts = state.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        return (parts.dropLast() + ["sidecars", parts.last ?? "node"]).joined(separator: "/")
    }

    /// Whether the database that is found beside it is older than it.
    ///
    /// A sidecar that names an earlier life of the same database was overtaken by a crash between the two
    /// writes, and says nothing; one that names a life the database never had, or later numbers, shows a restore.
    ///
    /// - Parameters:
    ///   - incarnation, session, seq: as the database has them.
    ///   - lives: every incarnation that the database remembers of itself.
    package func showsRestore(of incarnation: Incarnation?, session: UInt64, seq: UInt64, lives: [Incarnation]) -> Bool
    {
        guard incarnation == self.incarnation else { return !lives.contains(self.incarnation) }
        #if DEBUG
            if Mutation.sidecarWithIncarnationOnly.isActive { return false }
        #endif
        return session < self.session || seq < acknowledged
    }
}
