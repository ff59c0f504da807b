import HTTPTypes
import Hummingbird
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
        let address: BindAddress =
            switch listen {
            case .tcp(let host, let port): .hostname(host, port: port)
            case .socket(let path): .unixDomainSocket(path: path)
            }
        var quiet = log
        quiet.logLevel = max(log.logLevel, .warning)
        return Application(
            router: router,
            // An idle or trickling client may not hold a connection for ever.
            server: .http1(configuration: .init(idleTimeout: .seconds(90))),
            configuration: .init(address: address, serverName: "jiayuan", backlog: 4096),
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
                let call = Call(
                    method: request.method.rawValue, path: request.uri.path, query: query(request),
                    headers: headers(request), peer: context.peer)
                return response(Nowhere.reply(to: call))
            }
        }
    }

    private static func answer(
        _ request: Request, _ context: Context, _ route: Route, _ log: Logger
    ) async throws -> Response {
        var request = request
        var call = Call(
            method: route.method, path: request.uri.path, captures: captures(context), query: query(request),
            headers: headers(request), body: [], peer: context.peer)
        do {
            if let refusal = try await route.admit?(call) { return response(refusal) }
            let buffer = try await collect(&request, limit: route.bodyLimit)
            call.body = Array(buffer.readableBytesView)
            return response(try await route.handler(call))
        } catch let error as any Answerable {
            return response(error.reply(to: call))
        } catch let error as HTTPError where error.status == .contentTooLarge {
            return response(route.tooLarge(call))
        } catch let error as HTTPError where error.status == .requestTimeout {
            return response(.json(#"{"error":"too_slow","seconds":\#(bodySeconds)}"#, status: 408))
        } catch is CancellationError {
            return response(.json(#"{"error":"stopping"}"#, status: 503))
        } catch {
            log.error("request failed", metadata: ["route": "\(route.pattern)", "error": "\(error)"])
            return response(.json(#"{"error":"internal"}"#, status: 500))
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

    private static func query(_ request: Request) -> [String: String] {
        request.uri.queryParameters.reduce(into: [:]) { $0[String($1.key)] = String($1.value) }
    }

    private static func headers(_ request: Request) -> [String: String] {
        var headers: [String: String] = request.headers.reduce(into: [:]) { $0[$1.name.canonicalName] = $1.value }
        headers["host"] = request.head.authority
        return headers
    }

    private static func response(_ reply: Reply) -> Response {
        var fields = HTTPFields()
        for (name, value) in reply.headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        return Response(
            status: .init(code: reply.status), headers: fields,
            body: reply.events.map(stream) ?? .init(byteBuffer: ByteBuffer(bytes: reply.body)))
    }

    /// Ends with the browser's line, or with the daemon: whoever is asked to stop doesn't wait for open pages.
    private static func stream(_ signs: AsyncStream<Bell.Sign>) -> ResponseBody {
        ResponseBody { writer in
            for await sign in signs.cancelOnGracefulShutdown() {
                let text =
                    switch sign {
                    case .changed(let number): "id: \(number)\ndata: changed\n\n"
                    case .beat: ": still here\n\n"
                    }
                try await writer.write(ByteBuffer(string: text))
            }
            try await writer.finish(nil)
        }
    }
}
