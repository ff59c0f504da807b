import Federation
import Sync
import Testing
import Wire

/// Only a valid answer of the right parent counts: what else comes back is trouble, and nothing is concluded from it.
@Suite struct ParentTests {
    private static let parent = Incarnation(value: 7)

    private func heard(_ status: Int, _ body: String, _ type: String = Paths.answer, retryAfter: Int? = nil)
        -> ChildLink.Event
    {
        Parent.heard(AnswerMessage(status: status, body: Array(body.utf8), retryAfterSeconds: retryAfter), type: type)
    }

    private func isTrouble(_ event: ChildLink.Event) -> Bool {
        if case .unanswered(.notTheParent) = event { true } else { false }
    }

    @Test func anAnswerOfAParentIsOne() {
        let answer = Answer(outcome: .unauthorized("token_unknown"), parent: Self.parent)
        let message = AnswerCodec.encode(answer)
        guard case .answer(let heard) = Parent.heard(message, type: "\(Paths.answer); charset=utf-8") else {
            Issue.record("not heard")
            return
        }
        #expect(heard.outcome == .unauthorized("token_unknown") && heard.parent == Self.parent)
    }

    @Test(arguments: [200, 204, 302, 401, 404, 409, 413]) func aPageIsNoAnswerWhateverItsStatus(_ status: Int) {
        #expect(isTrouble(heard(status, "<html>Welcome</html>", "text/html")))
        #expect(isTrouble(heard(status, "<html>Welcome</html>")), "the type alone proves nothing")
        #expect(isTrouble(heard(status, "{}")), "an answer names its parent")
    }

    @Test(arguments: [429, 500, 502, 503]) func aBusyProxyIsWaitedFor(_ status: Int) {
        guard case .answer(let answer) = heard(status, "busy", "text/plain", retryAfter: 9) else {
            Issue.record("not heard")
            return
        }
        #expect(answer.outcome == .busy(retryAfterSeconds: 9) && answer.parent == nil)
    }
}
