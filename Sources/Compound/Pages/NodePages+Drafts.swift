import Daemon

/// Answers to what was pasted: kept for a while, so that each is a page that can be asked for again.
extension NodePages {
    static let drafts = "/draft/"
    /// What stands on the page, read when it is asked for.
    typealias Shown = @Sendable () throws -> Body

    /// What somebody pasted: read and shown or, if he says so, written. A preview is read anew with every look at it; what
    /// was written is told as it was.
    func pasted(_ pattern: String, _ read: @escaping @Sendable (Form, _ apply: Bool) throws -> Shown) -> Route {
        guarded(
            Route("POST", pattern, bodyLimit: 256 * 1024) { call in
                // Not the whole request, which has the text once more.
                let (apply, path) = (Form(call.body)?["apply"] == "1", call.path)
                return try await refusing(call) { form in
                    let shown = try read(form, apply)
                    return { looks in
                        try await queue.run {
                            try render(looks, (apply ? shown : read(form, false))(), at: path)
                        }
                    }
                }
            })
    }

    /// What somebody decided about something that he pasted: done once. What is shown after it is read with every look.
    func decided(_ pattern: String, _ act: @escaping @Sendable (Form) throws -> Shown) -> Route {
        guarded(
            Route("POST", pattern, bodyLimit: 256 * 1024) { call in
                let path = call.path
                return try await refusing(call) { form in
                    let shown = try act(form)
                    return { looks in try await queue.run { try render(looks, shown(), at: path) } }
                }
            })
    }

    /// - Parameter read: on the desks' queue; its refusals come back with the form.
    private func refusing(
        _ call: Call, _ read: @escaping @Sendable (Form) throws -> DraftRoom.Show
    ) async throws -> Reply {
        guard let form = NodePages.form(of: call) else {
            return try await queue.run { try render(call, .problem(IntakeError(.notUTF8))) }
        }
        do {
            let show = try await queue.run { try read(form) }
            return try await answered(call, bytes: call.body.count, show)
        } catch let error as IntakeError {
            return try await queue.run { try render(call, .problem(error, again: again(call, form, error))) }
        }
    }

    /// 303 to a page of its own; what is too large to be kept is answered at once.
    func answered(_ call: Call, bytes: Int, _ show: @escaping DraftRoom.Show) async throws -> Reply {
        if let key = store.drafts.keep(bytes, show) {
            return .seeOther(Links(call)(NodePages.drafts + key))
        }
        return try await show(call)
    }

    var draftRoutes: [Route] {
        [
            guarded(
                Route("GET", NodePages.drafts + "{draft}") { call in
                    guard let draft = store.drafts.draft(call.captures["draft"] ?? "") else {
                        return try await queue.run { try render(call, .forgotten) }
                    }
                    do { return try await draft.show(call) } catch let error as IntakeError {
                        return try await queue.run { try render(call, .problem(error)) }
                    }
                })
        ]
    }
}

extension NodePages.Body {
    /// A kept answer is gone: what to do, and where.
    fileprivate static var forgotten: NodePages.Body {
        NodePages.Body(status: 404) { view in
            """
            <h1>\(view.text("node.draft.gone"))</h1><p>\(view.text("node.draft.again"))</p>
            <p><a class="primary" href="\(view.links.home)">\(view.text("node.back"))</a></p>
            """
        }
    }
}
