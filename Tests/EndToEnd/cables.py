"""Network paths that misbehave: relays between a node and its aggregator, on loopback."""

import http.client
import http.server
import threading


class Relay:
    """An HTTP relay that can lose, repeat, delay or answer by itself."""

    def __init__(self, target):
        self.target = target
        self.mode = "pass"
        self.seen = []  # (path, headers, body) of every push that came
        self.failures = []  # (path, status, text) of every 5xx that the target answered
        relay = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                length = int(self.headers.get("content-length", 0))
                data = self.rfile.read(length)
                relay.answer(self, data)

            do_GET = do_POST = handle_any

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # somebody was killed in the middle of a word
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def forward(self, method, path, headers, data):
        connection = http.client.HTTPConnection("127.0.0.1", self.target, timeout=20)
        try:
            kept = {name: value for name, value in headers if name.lower() not in ("host", "connection")}
            connection.request(method, path, data, kept)
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()
        finally:
            connection.close()

    def answer(self, handler, data):
        method, path, headers = handler.command, handler.path, list(handler.headers.items())
        mode = self.mode
        if method == "POST":
            self.seen.append((method, path, headers, data))
        if mode == "cut":
            handler.close_connection = True
            return
        if mode == "portal":
            page = b"<!doctype html><title>Sign in</title>"
            return self.reply(handler, 200, [("content-type", "text/html")], page)
        if mode == "overloaded":
            return self.reply(handler, 503, [("retry-after", "1"), ("content-type", "text/plain")], b"try later")
        try:
            status, fields, text = self.forward(method, path, headers, data)
        except (OSError, http.client.HTTPException):
            handler.close_connection = True
            return
        if status >= 500:
            self.failures.append((path, status, text))
        if mode == "repeat" and method == "POST":
            for _ in range(2):
                self.forward(method, path, headers, data)
        if mode == "lose-answers" and method == "POST":
            handler.close_connection = True
            return
        self.reply(handler, status, fields, text)

    def reply(self, handler, status, fields, text):
        handler.send_response(status)
        for name, value in fields:
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                handler.send_header(name, value)
        handler.send_header("content-length", str(len(text)))
        try:
            handler.end_headers()
            handler.wfile.write(text)
        except OSError:
            pass  # whoever asked has gone

    def deliver_late(self, index):
        """A request that was under way long ago reaches the aggregator now."""
        return self.forward(*self.seen[index])

    def close(self):
        self.server.shutdown()
        self.server.server_close()
