import HTTPTypes
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
package import ServiceLifecycle

/// Where a server listens.
package enum Listen: Hashable, Sendable, CustomStringConvertible {
    case tcp(host: String, port: Int)
    case socket(path: String)

    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .socket(let path): path
        }
    }
}

/// The HTTP shell round the stages: turns a request into a `Call`, awaits its `Reply`.
package enum Server {
    /// Said in every answer.
    private static let name = "jiayuan"

    private struct Context: RequestContext {
        var coreContext: CoreRequestContextStorage
        let peer: String
        init(source: ApplicationRequestContextSource) {
            coreContext = .init(source: source)
            peer = source.channel.remoteAddress?.ipAddress ?? ""
        }
    }

    /// - Parameter onRunning: told the port once the server listens (port 0 takes a free one).
    package static func make(
        _ routes: [Route], on listen: Listen, log: Logger,
        onRunning: @escaping @Sendable (Int?) async -> Void = { _ in }
    ) -> any Service {
        let router = Router(context: Context.self)
        router.middlewares.add(Unrouted())
        for route in routes {
            guard let method = HTTPRequest.Method(rawValue: route.method) else { continue }
            router.on(RouterPath(route.pattern), method: method) { request, context in
                try await answer(request, context, route, log)
            }
        }
        let ready = routes.filter { $0.ready != nil }
        let address: BindAddress =
            switch listen {
            case .tcp(let host, let port): .hostname(host, port: port)
            case .socket(let path): .unixDomainSocket(path: path)
            }
        var quiet = log
        quiet.logLevel = max(log.logLevel, .warning)
        return Application(
            router: router,
            server: HTTPServerBuilder { responder in
                // An idle or trickling client may not hold a connection for ever.
                ReadyChannel(
                    http: HTTP1Channel(responder: responder, configuration: .init(idleTimeout: .seconds(90)))
                ) { head, peer in answer(lyingReady: head, peer, ready) }
            },
            configuration: .init(address: address, serverName: name, backlog: 4096),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port) },
            logger: quiet)
    }

    /// Answers what the router has no route for.
    private struct Unrouted: RouterMiddleware {
        func handle(
            _ request: Request, context: Context, next: (Request, Context) async throws -> Response
        ) async throws -> Response {
            do { return try await next(request, context) } catch let error as HTTPError where error.status == .notFound
            {
                return Response(Nowhere.reply(to: Call(request, peer: context.peer)))
            }
        }
    }

    /// - Parameter routes: that may have one.
    private static func answer(
        lyingReady head: HTTPRequest, _ peer: String, _ routes: [Route]
    ) -> (head: HTTPResponse, body: ByteBuffer)? {
        // The connection of whoever wants another kind is looked after by the one who hands made answers out.
        let wish = head.headerFields[.connection]?.lowercased() ?? "keep-alive"
        guard !routes.isEmpty, wish == "keep-alive" else { return nil }
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
        for route in routes where route.method == head.method.rawValue {
            guard let captures = route.captures(request.uri.path) else { continue }
            guard let reply = route.ready?(Call(request, captures: captures, peer: peer)) else { return nil }
            var head = HTTPResponse(status: .init(code: reply.status), headerFields: reply.fields)
            head.headerFields[.contentLength] = String(reply.body.count)
            head.headerFields[.date] = HTTPDate.now
            head.headerFields[.server] = name
            return (head, ByteBuffer(bytes: reply.body))
        }
        return nil
    }

    private static func answer(
        _ request: Request, _ context: Context, _ route: Route, _ log: Logger
    ) async throws -> Response {
        var request = request
        var call = Call(request, captures: captures(context), peer: context.peer)
        do {
            if let refusal = try await route.admit?(call) { return Response(refusal) }
            let buffer = try await collect(&request, limit: route.bodyLimit)
            call.body = Array(buffer.readableBytesView)
            return Response(try await route.handler(call))
        } catch let error as any Answerable {
            return Response(error.reply(to: call))
        } catch let error as HTTPError where error.status == .contentTooLarge {
            return Response(route.tooLarge(call))
        } catch let error as HTTPError where error.status == .requestTimeout {
            return Response(.json(#"{"error":"too_slow","seconds":\#(bodySeconds)}"#, status: 408))
        } catch is CancellationError {
            return Response(.json(#"{"error":"stopping"}"#, status: 503))
        } catch {
            log.error("request failed", metadata: ["route": "\(route.pattern)", "error": "\(error)"])
            return Response(.json(#"{"error":"internal"}"#, status: 500))
        }
    }

    private static let bodySeconds = 30

    /// A body must arrive within this time, however slowly its sender drips it.
    private static func collect(_ request: inout Request, limit: Int) async throws -> ByteBuffer {
        if request.method == .get || request.method == .head { return ByteBuffer() }
        let deadline = ContinuousClock.now + .seconds(bodySeconds)
        var whole = ByteBuffer()
        for try await piece in request.body {
            guard whole.readableBytes + piece.readableBytes <= limit else { throw HTTPError(.contentTooLarge) }
            guard ContinuousClock.now < deadline else { throw HTTPError(.requestTimeout) }
            whole.writeImmutableBuffer(piece)
        }
        return whole
    }

    private static func captures(_ context: Context) -> [String: String] {
        context.parameters.reduce(into: [:]) { $0[String($1.key)] = String($1.value) }
    }
}
