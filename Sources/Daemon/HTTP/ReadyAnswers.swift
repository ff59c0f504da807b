import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// An HTTP/1 connection on which an answer that lies ready is given by the thread that reads the question. Ten thousand
/// dashboards ask again and again for what nobody has to work out: no task is woken for them.
struct ReadyChannel: ServerChildChannel {
    let http: HTTP1Channel
    let ready: @Sendable (HTTPRequest, _ peer: String) -> (head: HTTPResponse, body: ByteBuffer)?

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        http.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
            try pipeline.addHandler(HangUp(), position: .before(codec))
            // Behind the one that ends idle connections, which has to hear of every question and answer.
            let idle = try pipeline.handler(type: HTTPConnectionStateHandler.self)
            try pipeline.addHandler(
                ReadyAnswers(peer: channel.remoteAddress?.ipAddress ?? "", ready), position: .after(idle))
            return value
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async { await http.handle(value: value, logger: logger) }
}

/// Answers what it can, and hands everything else on.
private final class ReadyAnswers: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let peer: String
    private let ready: (HTTPRequest, String) -> (head: HTTPResponse, body: ByteBuffer)?
    /// To the question that is being read.
    private var answer: (head: HTTPResponse, body: ByteBuffer)?
    /// Questions that were handed on and aren't answered to their end.
    private var open = 0

    init(peer: String, _ ready: @escaping (HTTPRequest, String) -> (head: HTTPResponse, body: ByteBuffer)?) {
        (self.peer, self.ready) = (peer, ready)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            // Answers keep the order of the questions.
            answer = open == 0 ? ready(head, peer) : nil
            guard answer == nil else { return }
            open += 1
        case .body:
            guard answer == nil else { return }
        case .end:
            guard let answer else { break }
            self.answer = nil
            context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
            if answer.body.readableBytes > 0 { context.write(wrapOutboundOut(.body(answer.body)), promise: nil) }
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            return
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { open -= 1 }
        context.write(data, promise: promise)
    }
}
