package import Daemon
import Federation
import Foundation
import Wire

/// The pages on which officers publish, and see who has received and read what.
package struct DirectivePages: Sendable {
    private let aggregator: Aggregator
    private let guarding: ReadGuard

    package init(_ aggregator: Aggregator, guarding: ReadGuard) {
        (self.aggregator, self.guarding) = (aggregator, guarding)
    }

    static let (list, help) = ("/directives", "/help")
    static func path(_ code: String) -> String { "/directive/\(code)" }

    package var routes: [Route] {
        [
            shown(DirectivePages.list) { call, reader in page(call, reader) { listed($0, nil) } },
            shown("/directive/{code}") { call, reader in
                page(call, reader) { one($0, call.captures["code"] ?? "", nil) }
            },
            shown(DirectivePages.help) { call, reader in
                page(call, reader) { HelpPage.html(HelpPage.Model($0.picture), $0.text) }
            },
            said("/directives/publish") { form in
                try await Publisher(aggregator: aggregator).publish(DirectiveForm.words(form)).code
            },
            shown("/directives/rule") { call, reader in
                page(call, reader) { rule($0, call.query["campaign"] ?? "", call.query["measure"] ?? "", nil) }
            },
            said("/directives/withdraw") { form in
                try await Publisher(aggregator: aggregator).withdraw(DirectiveForm.words(form)).code
            },
            said("/directives/round") { form in
                let campaign = try DirectiveForm.round(form, aggregator.look().campaigns)
                let (reason, officer) = try DirectiveDraft.word(DirectiveForm.words(form))
                try await Publisher(aggregator: aggregator).publish(
                    campaign.round, order: campaign.round.order, targets: form["targets"] ?? "",
                    withClaims: campaign.hasClaims, reason: reason, officer: officer)
                return campaign.round.code.text
            },
        ]
    }

    /// A page's reader, and what is shown.
    struct Reading {
        var picture: Picture
        var text: Messages
        var mayPublish: Bool
    }

    /// A form that was refused, with what was typed.
    struct Refused {
        var problem: DirectiveProblem
        var form: Form
        /// Where it was sent.
        var action: String
    }

    // MARK: Content

    private func listed(_ reading: Reading, _ refused: Refused?) -> HTML? {
        DirectiveList.html(DirectiveList.Model(reading, refused), reading.text)
    }

    private func one(_ reading: Reading, _ code: String, _ refused: Refused?) -> HTML? {
        DirectivePage.Model(code, reading, refused).map { DirectivePage.html($0, reading.text) }
    }

    private func rule(_ reading: Reading, _ round: String, _ measure: String, _ refused: Refused?) -> HTML? {
        RulePage.Model(reading, round: round, measure: measure, refused).map { RulePage.html($0, reading.text) }
    }

    // MARK: Answering

    private func shown(
        _ pattern: String, _ page: @escaping @Sendable (Call, Reader) async throws -> Reply
    ) -> Route {
        guarding.route(
            "GET", pattern, about: .everything, refused: { DashboardShell.refused($0, $1) }, handler: page)
    }

    /// - Parameter act: publishes, and names the directive whose page is shown then.
    private func said(_ path: String, _ act: @escaping @Sendable (Form) async throws -> String) -> Route {
        guarding.route(
            "POST", path, about: .everything, needs: .publish, refused: { DashboardShell.refused($0, $1) }
        ) { call, reader in
            guard let form = Form(call.body) else { return .text("the form is no UTF-8\n", status: 400) }
            do {
                return .seeOther(DashboardShell.link(DirectivePages.path(try await act(form)), Language(call), nil))
            } catch let problem as DirectiveProblem {
                let refused = Refused(problem: problem, form: form, action: path)
                let code = form["code"] ?? ""
                return page(call, reader, status: 422) { reading in
                    if form["known"] != nil { return one(reading, code, refused) }
                    guard let measure = form["measure"] else { return listed(reading, refused) }
                    return rule(reading, form["campaign"] ?? "", measure, refused) ?? listed(reading, refused)
                }
            }
        }
    }

    private func page(_ call: Call, _ reader: Reader, status: Int = 200, _ content: (Reading) -> HTML?) -> Reply {
        let text = Messages.of(Language(call))
        let found = content(Reading(picture: aggregator.look(), text: text, mayPublish: reader.may(.publish)))
        let html = DashboardShell.html(
            found ?? DashboardShell.empty("dash.not_found", text), "",
            path: call.method == "GET" ? call.path : DirectivePages.list,
            theme: DashboardShell.theme(call), round: nil,
            isStill: call.method != "GET", text)
        var reply = DashboardShell.secured(.html(html.source, status: found == nil ? 404 : status))
        reply.headers.append((name: "cache-control", value: "no-store"))
        return reply
    }
}
