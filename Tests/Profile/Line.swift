import NIOCore
import NIOPosix

/// One connection of a node through a line. Its event loop alone touches it.
final class Line: @unchecked Sendable {
    private let near: any Channel
    private let uplink: Uplink
    private var far: (any Channel)?
    /// The request under way, from its first byte.
    private var request = ByteBuffer()
    private var fate = Uplink.Fate.delivered
    private var isAnswered = true

    init(_ near: any Channel, _ uplink: Uplink) { (self.near, self.uplink) = (near, uplink) }

    func join() throws {
        try near.pipeline.syncOperations.addHandler(Ear({ self.ask($0) }, ended: { self.end() }))
        guard let target = uplink.enter(near) else { return end() }
        ClientBootstrap(group: near.eventLoop)
            .channelInitializer { far in
                far.eventLoop.makeCompletedFuture {
                    try far.pipeline.syncOperations.addHandler(Ear({ self.answer($0) }, ended: { self.end() }))
                }
            }
            .connect(host: "127.0.0.1", port: target)
            .whenComplete { self.connected($0) }
    }

    private func connected(_ outcome: Result<any Channel, any Error>) {
        guard case .success(let far) = outcome, near.isActive else {
            if case .success(let far) = outcome { far.close(promise: nil) }
            return end()
        }
        self.far = far
        if request.readableBytes > 0 { forward(request) }
    }

    private func end() {
        uplink.leave(near)
        near.close(promise: nil)
        far?.close(promise: nil)
    }

    private func ask(_ bytes: ByteBuffer) {
        if isAnswered {
            (isAnswered, request) = (false, ByteBuffer())
            fate = bytes.readableBytesView.starts(with: "POST ".utf8) ? uplink.draw() : .delivered
        }
        request.writeImmutableBuffer(bytes)
        if far != nil { forward(bytes) }
    }

    private func forward(_ bytes: ByteBuffer) {
        guard uplink.isOpen, let far else { return end() }
        guard fate == .requestCut else { return far.writeAndFlush(bytes, promise: nil) }
        uplink.note(fate)
        hand(bytes.half, to: far)
    }

    private func answer(_ bytes: ByteBuffer) {
        guard uplink.isOpen else { return end() }
        let isFirst = !isAnswered
        isAnswered = true
        guard isFirst, fate != .delivered else { return near.writeAndFlush(bytes, promise: nil) }
        switch fate {
        case .answerLost:
            uplink.note(fate)
            end()
        case .answerCut:
            uplink.note(fate)
            hand(bytes.half, to: near)
        case .repeated:
            askAgain()
            near.writeAndFlush(bytes, promise: nil)
        case .delivered, .requestCut: break
        }
    }

    /// The last bytes of this connection.
    private func hand(_ bytes: ByteBuffer, to channel: any Channel) {
        channel.writeAndFlush(bytes).whenComplete { _ in self.end() }
    }

    private func askAgain() {
        guard let target = uplink.enter(near) else { return }
        let (request, uplink) = (request, uplink)
        ClientBootstrap(group: near.eventLoop)
            .channelInitializer { again in
                again.eventLoop.makeCompletedFuture {
                    let heard: (ByteBuffer) -> Void = { _ in
                        uplink.note(.repeated)
                        again.close(promise: nil)
                    }
                    try again.pipeline.syncOperations.addHandler(Ear(heard, ended: {}))
                }
            }
            .connect(host: "127.0.0.1", port: target)
            .whenSuccess { $0.writeAndFlush(request, promise: nil) }
    }
}

extension ByteBuffer {
    fileprivate var half: ByteBuffer { getSlice(at: readerIndex, length: readableBytes / 2) ?? self }
}

/// One end of a line.
private final class Ear: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let heard: (ByteBuffer) -> Void
    private let ended: () -> Void

    init(_ heard: @escaping (ByteBuffer) -> Void, ended: @escaping () -> Void) {
        (self.heard, self.ended) = (heard, ended)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { heard(unwrapInboundIn(data)) }
    func channelInactive(context: ChannelHandlerContext) { ended() }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
