import Daemon
import Federation

/// Where the links and forms of a page lead: they keep the reader's language, and the round where one was chosen.
struct Links: Sendable {
    private let language: Language
    private let campaign: String?
    /// The reader came by an invite: what leads elsewhere than to its doors isn't offered.
    let isInvited: Bool
    /// The page answers something that was sent: it stays as it is until somebody asks for it again, and what it shows may
    /// stand there once.
    let isAnswer: Bool

    init(_ call: Call) {
        language = Language(call)
        isInvited = !call.guest.isEmpty
        isAnswer = call.method == "POST" || call.path.hasPrefix(NodePages.drafts)
        campaign = call.query["campaign"].flatMap { Code($0)?.text }
    }

    /// The first page, without a round: the one that was asked for may be what nobody knows.
    static func start(_ text: Messages) -> String { "/survey?lang=" + text.language.rawValue }

    /// Where a reader goes on who has got nowhere.
    var home: String { self(isInvited ? "/walk" : "/survey") }

    /// A path of this node with what has to be kept.
    func callAsFunction(_ path: String) -> String { address(path, in: language) }

    /// The same page in another language.
    func address(_ path: String, in language: Language) -> String {
        path + (path.contains("?") ? "&lang=" : "?lang=") + language.rawValue
            + (campaign.map { "&campaign=" + $0 } ?? "")
    }
}
