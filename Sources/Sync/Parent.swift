package import Federation
package import Wire

/// The parent as the child's thread talks to it: pushes out, answers and the registry back.
package final class Parent {
    private let http: HTTPClient
    private let unit: Code
    private let authorization: String

    package init(url: String, unit: Code, token: String, caFile: String? = nil, stop: HTTPClient.Stop? = nil) {
        http = HTTPClient(base: url, caFile: caFile, stop: stop)
        self.unit = unit
        authorization = "authorization: Bearer \(token)"
    }

    /// Sends one part and reads what was said. Whatever is not the answer of a parent is trouble, not an answer.
    package func post(_ push: Push) -> ChildLink.Event {
        let request = PushRequest(push)
        let headers = [
            authorization, "content-type: \(request.contentType)", "content-encoding: \(request.contentEncoding ?? "")",
        ]
        do {
            let response = try http.send(
                "POST", Paths.push(unit.text, push.kind.rawValue), headers: headers, body: request.body,
                limit: Limits.answer)
            return Parent.heard(
                AnswerMessage(
                    status: response.status, body: response.body, retryAfterSeconds: response.retryAfterSeconds),
                type: response.type)
        } catch {
            return .unanswered(.unreachable(error.description))
        }
    }

    /// Whether a response is a parent's answer. A captive portal's 200 is a page, and a proxy's error is whatever
    /// it likes.
    package static func heard(_ message: AnswerMessage, type: String) -> ChildLink.Event {
        guard type.hasPrefix(Paths.answer) else {
            return message.status == 429 || message.status >= 500
                ? .answer(Answer(outcome: .busy(retryAfterSeconds: message.retryAfterSeconds), parent: nil))
                : .unanswered(.notTheParent("status \(message.status), \(type)"))
        }
        do {
            return .answer(try AnswerCodec.decode(message))
        } catch {
            return .unanswered(.notTheParent(error.description))
        }
    }

    /// The registry document if it differs from `held`; nil if it doesn't, or if no parent answered.
    package func registry(held: String?, of parent: Incarnation) -> (document: RegistryDocument, digest: String)? {
        var headers = [authorization]
        if let held { headers.append("if-none-match: \"\(held)\"") }
        guard let response = try? http.send("GET", Paths.registry, headers: headers, limit: Limits.registry),
            response.status == 200, response.type.hasPrefix(Paths.answer),
            let document = try? RegistryDocument.decoded(response.body), document.parent == "\(parent)",
            document.unit.code == unit.text
        else { return nil }
        return (document, RegistryDocument.digest(of: response.body))
    }
}
