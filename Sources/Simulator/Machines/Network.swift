import Federation
import Sync
import Wire

/// What lies between a node and its aggregator: it loses, repeats, delays, cuts and replays, and sometimes
/// somebody else answers.
final class Network {
    private unowned let world: World
    /// The last answers, for a proxy that delivers one of them again.
    private var answers: [AnswerMessage] = []
    /// The last requests of each unit, for a proxy that delivers one of them late.
    private(set) var requests: [(request: PushRequest, machine: any Child)] = []

    private static let timeout: Int64 = 30_000

    init(_ world: World) { self.world = world }

    /// - Parameter hear: called once with what the sender hears: an answer, or that none came.
    func send(_ push: Push, from machine: any Child, hear: @escaping (ChildLink.Event) -> Void) {
        let request = PushRequest(push)
        world.checks.leaves(request, push)
        if let plain = try? Gzip.inflate(request.body, limit: Limits.inflated) {
            world.checks.crosses(plain, .push, of: machine.unit)
        }
        if push.part > 1 || push.to == nil { world.count(.pushInParts) }
        if push.kind == .snapshot { world.count(.snapshotSwitch) }
        remember(request, machine)
        let exchange = Exchange(hear)
        world.after(Network.timeout) { exchange.end(.unanswered(.unreachable("timeout"))) }
        guard !machine.cutUp else { return }
        let faults = world.inFaultPhase ? world.faults : Faults.none
        if hits(faults.requestsLost, .requestLost) { return }
        if hits(faults.portals, .portal) {
            let page = AnswerMessage(status: 200, body: Array("<html>sign in</html>".utf8))
            return world.after(20) { exchange.end(Parent.heard(page, type: "text/html")) }
        }
        if hits(faults.requestsLate, .requestLate) {
            return world.after(world.chance.between(Network.timeout, 3_000_000)) { [self] in
                deliver(request, machine) { _ in }
            }
        }
        if hits(faults.requestsRepeated, .requestRepeated) {
            world.after(world.chance.between(1, 1_200_000)) { [self] in deliver(request, machine) { _ in } }
        }
        if hits(faults.bombs, .bomb) { deliver(Network.bomb, machine) { _ in } }
        let (mangled, silent) = mangle(request, faults)
        world.after(world.chance.between(2, 900)) { [self] in
            deliver(mangled, machine) { [self] answer in
                guard !silent, !machine.cutDown else { return }
                comeBack(answer, to: machine, faults, exchange)
            }
        }
    }

    private func mangle(_ request: PushRequest, _ faults: Faults) -> (PushRequest, silent: Bool) {
        var request = request
        if hits(faults.bodiesTruncated, .bodyTruncated) {
            request.body = Array(request.body.prefix(world.chance.below(request.body.count)))
        }
        return (request, hits(faults.halfOpen, .halfOpen) || hits(faults.answersLost, .answerLost))
    }

    private func comeBack(_ answer: Answer, to machine: any Child, _ faults: Faults, _ exchange: Exchange) {
        var message = AnswerCodec.encode(answer)
        world.checks.crosses(message.body, .answer, of: machine.unit)
        if hits(faults.answersReplayed, .answerReplayed), let old = world.chance.pick(answers) { message = old }
        answers.append(message)
        if answers.count > 32 { answers.removeFirst() }
        world.after(world.chance.between(2, 900)) {
            exchange.end(Parent.heard(message, type: Paths.answer))
        }
    }

    /// To the aggregator, whoever may still be waiting for the answer.
    func deliver(_ request: PushRequest, _ machine: any Child, reply: @escaping (Answer) -> Void) {
        machine.parent.receive(request, unit: machine.unit, tokenIsWrong: machine.tokenIsWrong) { [world] in
            world.said($0)
            reply($0)
        }
    }

    private func remember(_ request: PushRequest, _ machine: any Child) {
        requests.append((request, machine))
        if requests.count > 64 { requests.removeFirst() }
    }

    private func hits(_ perMille: Int, _ what: Occurrence) -> Bool {
        guard world.chance.happens(perMille) else { return false }
        world.count(what)
        return true
    }

    /// Sixteen mebibytes of zeros in sixteen kibibytes.
    private static let bomb = PushRequest(
        kind: .delta, contentType: "\(Paths.ndjson); v=1", contentEncoding: "gzip",
        body: Gzip.compress([UInt8](repeating: 0x20, count: 1 << 20)))

    /// One request that is waited for: the first end counts.
    private final class Exchange {
        private var hear: ((ChildLink.Event) -> Void)?
        init(_ hear: @escaping (ChildLink.Event) -> Void) { self.hear = hear }

        func end(_ event: ChildLink.Event) {
            let hear = hear
            self.hear = nil
            hear?(event)
        }
    }
}
