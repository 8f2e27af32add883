"""What the API answers to GET /api/v1/status, byte for byte, for Gunicorn."""

BODY = b'{"status":"OK"}\n'
HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(BODY)))]


def app(environ, start_response):
    if environ["PATH_INFO"] == "/api/v1/status":
        start_response("200 OK", HEADERS)
        return [BODY]
    start_response("404 NOT FOUND", [("Content-Length", "0")])
    return []
