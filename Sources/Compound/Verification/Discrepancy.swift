/// Something in the node's file that isn't what the journal makes of it, or that must not be.
struct Discrepancy: Sendable, Equatable {
    enum Place: Sendable, Equatable {
        /// A row that may leave; `indicator` is nil where the row as a whole is meant.
        case row(dataset: String, period: String, subject: String, indicator: String?)
        /// A desk's table; `key` as SQL writes it, `column` nil where the line as a whole is meant.
        case table(String, key: String, column: String?)
        /// The position's digest against the one of the rows.
        case digest
        /// The position's number, below that of a row.
        case seq
        /// Records of a desk that this program doesn't have.
        case desk(String)
        case law(MustHold.Law, of: String)
        /// What SQLite says of the file.
        case file
    }
    var place: Place
    /// Nil where nothing stands.
    var stands: String?
    /// What follows from the journal; nil where nothing does.
    var follows: String?
}

extension Discrepancy {
    /// Writing everything anew from the journal ends it.
    var endsWithRederiving: Bool {
        switch place {
        case .row, .table, .digest, .seq: true
        case .desk, .law, .file: false
        }
    }
}

/// How much was recomputed, and what was found.
struct JournalVerification: Sendable, Equatable {
    var records = 0
    var rows = 0
    var found: [Discrepancy] = []
    /// Rows that were written anew and leave with the next report; nil where nothing was written.
    var rederived: UInt64?
}
