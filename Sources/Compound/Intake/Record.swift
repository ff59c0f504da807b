import Federation
import GRDB

/// One thing that somebody recorded, valid in itself. Whether the door or the building exists is the
/// journal's question.
struct Record: Sendable {
    typealias Content = any RecordContent

    /// 128 random bits, made by whoever recorded: a re-sent form is the same record.
    var id: UInt128
    var content: Content
    var recorder: Code
    var device: Code?
    /// Seconds since 1970 by the recorder's device.
    var observedAt: Int64
    var supersedes: [UInt128]
    /// Why it settles a dispute as it does; see `Settlement`.
    var why: String?
}

/// What one kind of record says; a desk has a type for each of its kinds, in its own folder.
protocol RecordContent: Sendable, Equatable {
    /// Its name in JSON (`kind`) and in the address of its form.
    static var kind: String { get }

    /// Stage 1, from a script or a phone.
    init(json: JSONFields) throws(IntakeError)
    /// Stage 1, from a page.
    init(form: FormFields) throws(IntakeError)

    /// The round whose rows it may change; nil for the standing frame.
    var period: Code? { get }
    /// The page that its form leads to.
    var page: String { get }
    /// The same once it is recorded under an id; for a kind that can be undone it names it.
    func page(recorded id: UInt128) -> String

    /// What it states of the world. It follows from the record alone, so one that is sent again is known whatever stands by then.
    var statement: Statement { get }

    /// What only the whole record and the journal can say is wrong, such as a door or building that isn't there; most kinds
    /// have nothing of that. Asked of a new record alone: one that is sent again was taken.
    func check(_ record: Record, _ journal: Journal) throws

    /// What it takes back besides what its sender names: what stands when it is recorded. Of one that is known already, what
    /// it took back then.
    func takesBack(recorded id: UInt128, _ journal: Journal) throws -> [UInt128]

    /// What somebody says along with it on a page, asked for once it is recorded as new; nothing, for most kinds.
    func implied(_ db: Database) throws -> [Record.Content]

    /// Its own members of the JSON that `init(json:)` reads.
    var members: [(String, JSONLine.Value)] { get }
}

/// What a record says about the world.
struct Statement {
    var subject: String
    var field: String
    /// JSON with sorted keys.
    var value: String
    var evidence: Int = 0
}

extension Record {
    /// What its sender says along with it, under ids that follow from its own: the same form at another copy of this node says
    /// the same.
    func implied(_ db: Database) throws -> [Record] {
        try content.implied(db).enumerated().map { place, content in
            var hash = SipHash128(key: id)
            hash.combine(byte: UInt8(place))
            return Record(
                id: hash.finish(), content: content, recorder: recorder, device: device, observedAt: observedAt,
                supersedes: [])
        }
    }
}

extension Record: Equatable {
    static func == (a: Record, b: Record) -> Bool {
        a.id == b.id && a.content.equals(b.content) && a.recorder == b.recorder && a.device == b.device
            && a.observedAt == b.observedAt && a.supersedes == b.supersedes
            && a.why == b.why
    }
}

extension RecordContent {
    func page(recorded id: UInt128) -> String { page }
    func check(_ record: Record, _ journal: Journal) throws {}
    func takesBack(recorded id: UInt128, _ journal: Journal) throws -> [UInt128] { [] }
    func implied(_ db: Database) throws -> [Record.Content] { [] }

    fileprivate func equals(_ other: any RecordContent) -> Bool { other as? Self == self }
}
