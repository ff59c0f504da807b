/// What a child sends: the whole of its rows (`snapshot`) or what changed (`delta`), in one part or
/// several. Only the last part carries `to`, so no position in between can be acknowledged.
package struct Push: Sendable, Equatable {
    package enum Kind: String, Sendable { case delta, snapshot }

    package var kind: Kind
    package var incarnation: Incarnation
    package var epoch: Epoch?
    package var session: Session
    /// Names the push, so that parts of two pushes are never mixed.
    package var id: UInt64
    /// 1 for the first part.
    package var part: Int
    /// What the child believes the parent holds; nil if nothing.
    package var from: Position?
    package var to: Position?
    /// In ascending `seq`.
    package var changes: [RowChange]
    /// Texts of catalogues that the parent asked for.
    package var catalogues: [Catalogue] = []

    package init(
        kind: Kind, incarnation: Incarnation, epoch: Epoch?, session: Session, id: UInt64, part: Int,
        from: Position?, to: Position?, changes: [RowChange], catalogues: [Catalogue] = []
    ) {
        self.kind = kind
        self.incarnation = incarnation
        self.epoch = epoch
        self.session = session
        self.id = id
        self.part = part
        self.from = from
        self.to = to
        self.changes = changes
        self.catalogues = catalogues
    }
}

/// How an incarnation of a unit stands at its parent.
package enum Role: String, Sendable, CaseIterable {
    /// Its rows are counted.
    case active
    /// Stored and shown, never counted.
    case shadow
    /// Two incarnations live; nothing switches by itself any more, a person decides.
    case disputed
}

/// Why a parent did not apply a push. With what it holds, this is the whole handshake.
package enum Contradiction: Hashable, Sendable {
    /// The parent has never heard of this incarnation.
    case unknown
    /// The parent holds another position than `from`.
    case stale
    /// The rows did not add up to `to`.
    case mismatch
    /// A later run, or another copy, of this node has spoken already.
    case fork
    /// A part is missing; the push starts again.
    case parts
    /// The parent does not know these catalogues.
    case catalogue([CatalogueHash])
}

/// One row that the parent cannot store, by its place in the part, first row 1.
package struct RowRefusal: Hashable, Sendable {
    package var line: Int
    package var why: String
    package init(line: Int, why: String) {
        self.line = line
        self.why = why
    }
}

/// What a parent says to a push.
package struct Answer: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        /// Durable: the parent holds this position.
        case held(Position)
        /// The part is kept aside, uncounted, until the last one comes.
        case staged(part: Int)
        case contradicted(have: Position?, Contradiction)
        case refused([RowRefusal])
        /// Smaller parts, please.
        case tooLarge
        /// The parent does not speak this version or type.
        case unsupported(String)
        /// Enrolment: the code says what is wrong with the credential.
        case unauthorized(String)
        /// The parent is there and cannot serve now.
        case busy(retryAfterSeconds: Int?)
        /// The request itself was at fault; the text is the parent's hint.
        case invalid(String)
    }

    package var outcome: Outcome
    /// Who answers. Nil only where the parent could not say (an overloaded proxy's 503).
    package var parent: Incarnation?
    /// Which push is answered; nil where the parent could not read one.
    package var push: UInt64?
    package var role: Role?
    package var epoch: Epoch?
    package var nextAfterMilliseconds: Int?
    /// Digest of what the registry holds for this unit.
    package var registry: String?

    package init(
        outcome: Outcome, parent: Incarnation?, push: UInt64? = nil, role: Role? = nil, epoch: Epoch? = nil,
        nextAfterMilliseconds: Int? = nil, registry: String? = nil
    ) {
        self.outcome = outcome
        self.parent = parent
        self.push = push
        self.role = role
        self.epoch = epoch
        self.nextAfterMilliseconds = nextAfterMilliseconds
        self.registry = registry
    }
}
