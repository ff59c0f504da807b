import Daemon
import Federation
import Foundation
import Logging
import ServiceLifecycle
import Wire

/// What runs instead of the aggregator while its registry is lost: it says so to people, asks children to come
/// again later, and ends when a backup has been put in place.
struct RegistryVigil {
    let settings: AggregatorSettings
    let log: Logger

    /// - Returns: false if the process was told to stop meanwhile.
    func wait() async throws -> Bool {
        guard RegistryFile.isLost(settings.state) else { return true }
        log.critical("the registry is lost", metadata: ["hint": "\(Self.hint(settings.state))"])
        let server = Port(routes, on: settings.listen, log: log) { _ in Notify.ready(Self.line) }
        try await Daemonry.run(
            [server], until: Watch(folder: settings.state), log: log, status: { Self.line }, fault: { nil })
        return !RegistryFile.isLost(settings.state)
    }

    static func hint(_ folder: String) -> String {
        "\(folder)/registry.sqlite is missing and rows.sqlite is not: put a backup back with `jiayuan restore FILE`, "
            + "or begin anew by moving rows.sqlite away"
    }

    private static let line = "the registry is lost: waiting for `jiayuan restore`"

    private struct Watch: Service {
        let folder: String

        func run() async throws {
            await cancelWhenGracefulShutdown {
                while RegistryFile.isLost(folder) {
                    do { try await Task.sleep(for: .milliseconds(500)) } catch { return }
                }
            }
        }
    }

    private var routes: [Route] {
        [
            Route("POST", Paths.delta, bodyLimit: 8 * Limits.inflated) { _ in later },
            Route("POST", Paths.snapshot, bodyLimit: 8 * Limits.inflated) { _ in later },
            Route("GET", Paths.registry) { _ in later },
            Route("GET", "/healthz") { _ in .json(#"{"status":"registry_lost"}"#, status: 503) },
            Route("GET", "/") { call in
                let text = Messages.of(Language(call))
                let page = DashboardShell.html(
                    DashboardShell.empty("dash.registry_lost", text), "", path: "/", theme: nil, round: nil, text)
                return .html(page.source, status: 503)
            },
        ]
    }

    /// Not a refusal: a child that heard 401 would tell its people that their credential is wrong.
    private var later: Reply {
        let message = AnswerCodec.encode(Answer(outcome: .busy(retryAfterSeconds: 60), parent: nil))
        return Reply(
            status: message.status, type: Paths.answer, body: message.body,
            headers: [(name: "retry-after", value: "60")])
    }
}
