"""What a command finds when it looks for keys and for a way out. Prints nothing; report.json tells."""
import json
import os
import socket
import subprocess

# Backwards, so that the search does not find itself.
KEY = "rotarepo-eht-fo-yek-laer-eht-ks"[::-1]
GATEWAY, PROXY = ("127.0.0.1", 4001), ("127.0.0.1", 4002)
QUESTION = {"model": "claude-sonnet-5", "max_tokens": 1, "messages": [{"role": "user", "content": "SAY hello"}]}


def talk(address, request):
    with socket.create_connection(address, 10) as connection:
        connection.settimeout(10)
        connection.sendall(request.encode())
        answer = b""
        while b"\r\n" not in answer:
            part = connection.recv(4096)
            if not part:
                break
            answer += part
    return answer.split(b"\r\n")[0].decode(errors="replace").split(" ", 1)[-1][:3]


def asks(method, path, token, body):
    text = json.dumps(body)
    head = f"{method} {path} HTTP/1.1\r\nhost: gateway\r\nx-api-key: {token}\r\nanthropic-version: 2023-06-01\r\n"
    return talk(GATEWAY, f"{head}content-type: application/json\r\ncontent-length: {len(text)}\r\nconnection: close\r\n\r\n{text}")


def connects(target):
    return talk(PROXY, f"CONNECT {target} HTTP/1.1\r\nhost: {target}\r\n\r\n")


def gateway(token):
    tool = {"type": "web_search_20250305", "name": "web_search"}
    fetched = {"role": "user", "content": [{"type": "image", "source": {"type": "url", "url": "https://example.org/x.png"}}]}
    servers = [{"type": "url", "url": "https://example.org/mcp", "name": "x"}]
    return {
        "sound": asks("POST", "/v1/messages", token, QUESTION),
        "another token": asks("POST", "/v1/messages", "sk-another", QUESTION),
        "no token": asks("POST", "/v1/messages", "", QUESTION),
        "files": asks("GET", "/v1/files", token, {}),
        "models": asks("GET", "/v1/models", token, {}),
        "batches": asks("POST", "/v1/messages/batches", token, {"requests": []}),
        "completion": asks("POST", "/v1/complete", token, QUESTION),
        "path tricks": asks("POST", "/v1/messages/../files", token, QUESTION),
        "server tool": asks("POST", "/v1/messages", token, dict(QUESTION, tools=[tool])),
        "url source": asks("POST", "/v1/messages", token, dict(QUESTION, messages=[fetched])),
        "mcp servers": asks("POST", "/v1/messages", token, dict(QUESTION, mcp_servers=servers)),
        "container": asks("POST", "/v1/messages", token, dict(QUESTION, container="container_1")),
        "another model": asks("POST", "/v1/messages", token, dict(QUESTION, model="gpt-5")),
    }


def tunnels():
    targets = ["127.0.0.1:443", "localhost:443", "[::1]:443", "10.0.0.1:443", "192.168.1.1:443", "172.17.0.1:443",
               "169.254.169.254:443", "[fd00::1]:443", "0.0.0.0:443", "2130706433:443", "example.org:443", "example.com:22",
               "example.com:80", "api.anthropic.com:443"]
    return {target: connects(target) for target in targets}


def direct(address):
    try:
        socket.create_connection(address, 2).close()
        return "reached"
    except OSError as error:
        return type(error).__name__ if not error.errno else os.strerror(error.errno)


def resolves(name):
    try:
        return socket.gethostbyname(name)
    except OSError:
        return None


def readable(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def processes_with_the_key():
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        for part in ("environ", "cmdline"):
            if KEY.encode() in readable(f"/proc/{entry}/{part}"):
                found.append(f"{entry}/{part}")
    return found


def files_with_the_key():
    roots = [f"/{name}" for name in os.listdir("/") if name not in ("proc", "sys", "dev")]
    search = subprocess.run(["grep", "-rlsF", "-f", "-", *roots], input=KEY, capture_output=True, text=True)
    return search.stdout.splitlines()


def writable():
    """Every folder that something can be written into."""
    found = []
    for folder, inner, _ in os.walk("/"):
        inner[:] = [] if folder in ("/proc", "/sys") else inner
        probe = os.path.join(folder, ".probe")
        try:
            with open(probe, "w"):
                found.append(folder)
            os.remove(probe)
        except OSError:
            pass
    return found


def status():
    rows = dict(line.split(":", 1) for line in readable("/proc/self/status").decode().splitlines())
    return {name: rows[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp", "Uid")}


def sockets():
    """What of the host can be spoken to. The folder cannot be listed, so its only socket is asked for by name."""
    paths = ["/run/signalbox/gateway.sock", "/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock"]
    return [path for path in paths if os.path.exists(path)]


# The control: the search does find what is there.
with open("/tmp/control", "w") as control:
    control.write(f"here is {KEY}")
hits = files_with_the_key()
os.remove("/tmp/control")
report = {
    "interfaces": sorted(os.listdir("/sys/class/net")),
    "routes": readable("/proc/net/route").decode().splitlines()[1:],
    "control found": "/tmp/control" in hits,
    "files": [path for path in hits if path != "/tmp/control"],
    "processes": processes_with_the_key(),
    "gateway": gateway(os.environ["ANTHROPIC_API_KEY"]),
    "tunnels": tunnels(),
    "direct": {f"{host}:{port}": direct((host, port)) for host, port in [("1.1.1.1", 443), ("172.17.0.1", 22), ("10.0.0.1", 80)]},
    "resolved": [resolves(name) for name in ("example.org", "api.anthropic.com")],
    "writable": sorted({"/".join(folder.split("/")[:4]) for folder in writable()}),
    "status": status(),
    "run": sockets(),
}
with open("report.json", "w") as file:
    json.dump(report, file, indent=1)
