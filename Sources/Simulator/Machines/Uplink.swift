import Federation
import Sync
import Wire

/// One run's talk with a parent. The process is the real one: `Conversation` steps the link over the store. Only
/// waiting and sending are the world's.
final class Uplink {
    private var talk: Conversation
    private unowned let child: any Child
    private unowned let world: World
    private let store: any LinkStoring
    private let hooks: Hooks
    /// Distinguishes the turn from the ones before it: an answer to an older one is not waited for any more.
    private var turn = 0
    /// The process ended: what was planned for it is nobody's.
    private var isOver = false

    struct Hooks {
        /// The disk or the plan ended the process.
        var ended: (String) -> Void
        /// After every step: what is durable now.
        var written: () -> Void
        /// The parent holds everything.
        var acknowledged: () throws -> Void
    }

    init(_ child: any Child, _ store: any LinkStoring, _ hooks: Hooks, _ world: World) throws {
        (self.child, self.store, self.hooks, self.world) = (child, store, hooks, world)
        talk = try Conversation(store, firstPush: world.chance.next(), log: World.silent)
    }

    func start() { wake(in: world.chance.between(0, 250), .due) }
    func close() { isOver = true }

    private func wake(in milliseconds: Int64, _ event: ChildLink.Event) {
        turn += 1
        let mine = turn
        world.after(milliseconds) { [self] in if turn == mine, !isOver { step(event) } }
    }

    private func step(_ event: ChildLink.Event) {
        do {
            var talk = talk
            let next = try talk.step(event, draw: { world.chance.next() })
            // Somebody who recorded while rows were read may have found the disk dead.
            guard !isOver else { return }
            self.talk = talk
            hooks.written()
            switch next {
            case .post(let push):
                turn += 1
                let mine = turn
                world.checks.sent(push, by: child, store)
                world.network.send(push, from: child) { [self] answer in
                    // Whoever gave up waiting doesn't hear a late answer.
                    if turn == mine, !isOver { step(answer) }
                }
            case .wait(let milliseconds, let acknowledged):
                world.note(
                    "\(child.name) waits \(milliseconds) ms at \(store.position.seq), "
                        + (acknowledged ? "acknowledged" : "because \(talk.link.trouble.map { "\($0)" } ?? "-")"))
                if acknowledged {
                    world.checks.acknowledged(by: child, talk.link)
                    try hooks.acknowledged()
                }
                wake(in: Int64(milliseconds), .due)
            }
        } catch { if !isOver { hooks.ended("between two effects") } }
    }

    /// The parent's registry document, if it has named another one than is held and the line is open.
    func fetchRegistry() throws -> RegistryDocument? {
        guard !child.cutUp, !child.cutDown, !child.tokenIsWrong, let wanted = talk.registryWanted,
            let (document, digest) = child.parent.document(for: child.unit), document.parent == "\(wanted.parent)"
        else { return nil }
        try talk.adopt(document, digest: digest)
        hooks.written()
        return document
    }
}
