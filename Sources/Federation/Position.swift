/// One life of a node's rows: random, minted whenever history may have been rewound or copied.
package struct Incarnation: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let value: UInt128

    package init(value: UInt128) { self.value = value }
    package init?(hex: some StringProtocol) {
        guard let value = Hex.uint128(hex), value != 0 else { return nil }
        self.value = value
    }

    package static func random(using generator: inout some RandomNumberGenerator) -> Incarnation {
        Incarnation(value: UInt128.random(in: 1...UInt128.max, using: &generator))
    }

    package var description: String { Hex.text(value) }
    package static func < (a: Incarnation, b: Incarnation) -> Bool { a.value < b.value }
}

/// Where a copy of an incarnation's rows stands: the last change applied, and what the rows are.
///
/// The counter alone is not enough. A node restored from an old backup that then writes past its old
/// counter reaches the same `seq` with other rows; only the digest tells.
package struct Position: Hashable, Sendable {
    package var seq: UInt64
    package var digest: Digest

    package static let origin = Position(seq: 0, digest: .empty)

    package init(seq: UInt64, digest: Digest) {
        self.seq = seq
        self.digest = digest
    }
}

/// One run of a node's process. Ordered, so that the request of a dead run that arrives late is told
/// from a second copy of the node: a lower counter, or the same counter with another tag, is a fork.
package struct Session: Hashable, Sendable {
    package var counter: UInt64
    package var tag: UInt64

    package init(counter: UInt64, tag: UInt64) {
        self.counter = counter
        self.tag = tag
    }

    /// Whether a request of this session may follow one of `last`.
    package func mayFollow(_ last: Session?) -> Bool {
        guard let last else { return true }
        #if DEBUG
            if Mutation.noSession.isActive { return true }
            if Mutation.unorderedSession.isActive { return self == last || tag > last.tag }
        #endif
        return counter > last.counter || self == last
    }
}

/// Which incarnation of a unit is counted, and how often that was decided. The highest pair wins
/// everywhere, so that a restored parent learns its own decisions back from its children.
package struct Epoch: Hashable, Sendable, Comparable {
    package var number: UInt64
    package var holder: Incarnation

    /// A decision counts one up, so no child may leave a parent without numbers that the wire can carry.
    package static let largestHeard: UInt64 = 1 << 52

    package init(number: UInt64, holder: Incarnation) {
        self.number = number
        self.holder = holder
    }

    package static func < (a: Epoch, b: Epoch) -> Bool {
        a.number != b.number ? a.number < b.number : a.holder < b.holder
    }
}
