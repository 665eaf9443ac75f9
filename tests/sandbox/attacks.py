"""Attacks by a hostile program, each of which sets `result = True` where it comes through.

A program finds what it is to attack in `world.json`: a secret file and its marker, a process of
the same user, ports and sockets that listen. Some attacks are stopped by careful hosts too
(`HOST_MAY_STOP`), so that their twin has nothing to show there.
"""

from __future__ import annotations

FILES = {
    "reads a secret file": "result = world['marker'] in open(world['secret']).read()",
    "reads the list of users": "result = bool(open('/etc/passwd').read())",
    "lists the folder of the secret": "result = 'secret' in os.listdir(world['folder'])",
    "reads a secret through a link": (
        "os.symlink(world['secret'], 'link')\nresult = world['marker'] in open('link').read()"
    ),
    "takes a secret by a hard link": (
        "os.link(world['secret'], 'hard')\nresult = world['marker'] in open('hard').read()"
    ),
    "writes a file outside": "open(world['folder'] + '/new', 'x').close(); result = True",
    "appends to a file": "open(world['secret'], 'a').write('x'); result = True",
    "cuts a file": "os.truncate(world['secret'], 0); result = True",
    "cuts a file by opening it": (
        "os.close(os.open(world['secret'], os.O_RDONLY | os.O_TRUNC)); result = True"
    ),
    "deletes a file": "os.unlink(world['secret']); result = True",
    "renames a file": "os.rename(world['secret'], world['secret'] + '2'); result = True",
    "makes a folder outside": "os.mkdir(world['folder'] + '/made'); result = True",
    "makes a file public": "os.chmod(world['secret'], 0o666); result = True",
    "changes a file's times": "os.utime(world['secret'], (0, 0)); result = True",
    "changes its own input": "open('world.json', 'r+').write('x'); result = True",
    "opens the standard library for writing": "open(os.__file__, 'r+').close(); result = True",
    "watches a folder": (
        "watch = libc.inotify_init()\n"
        "result = libc.inotify_add_watch(watch, world['folder'].encode(), 0x20) >= 0"
    ),
}

SECRETS = {
    "reads its own environment": "result = world['marker'] in str(os.environ)",
    "reads every process's environment": (
        "for name in os.listdir('/proc'):\n"
        "    try:\n"
        "        data = open(f'/proc/{name}/environ', 'rb').read()\n"
        "    except OSError:\n"
        "        continue\n"
        "    if world['marker'].encode() in data: result = True"
    ),
    "opens a process's memory": (
        "open(f\"/proc/{world['victim']}/mem\", 'rb').close(); result = True"
    ),
    "traces a process": (
        "result = libc.ptrace(16, world['victim'], None, None) == 0\n"
        "libc.ptrace(17, world['victim'], None, None)"
    ),
    "reads an inherited descriptor": (
        "for fd in range(3, 64):\n"
        "    try:\n"
        "        data = os.pread(fd, 4096, 0)\n"
        "    except OSError:\n"
        "        continue\n"
        "    if world['marker'].encode() in data: result = True"
    ),
}

NETWORK = {
    "connects by TCP": (
        "socket.create_connection(('127.0.0.1', world['tcp']), 2).send(b'x'); result = True"
    ),
    "sends by UDP": (
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "result = s.sendto(b'x', ('127.0.0.1', world['udp'])) == 1"
    ),
    "connects to a socket in a folder": (
        "s = socket.socket(socket.AF_UNIX)\ns.connect(world['unix']); result = True"
    ),
    "connects to an abstract socket": (
        "s = socket.socket(socket.AF_UNIX)\ns.connect('\\0' + world['abstract']); result = True"
    ),
    "sends to a socket through a pair": (
        "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
        "result = a.sendto(b'x', world['datagram']) == 1"
    ),
    "sends a message through a pair": (
        "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
        "result = a.sendmsg([b'x'], [], 0, world['datagram']) == 1"
    ),
    "listens": "s = socket.socket()\ns.bind(('127.0.0.1', 0))\ns.listen(); result = True",
    "asks the kernel by netlink": (
        "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close(); result = True"
    ),
}

PROCESSES = {
    "forks": ("pid = os.fork()\nif pid == 0: os._exit(0)\nos.waitpid(pid, 0)\nresult = True"),
    "forks by the bare system call": (
        "pid = libc.syscall(220 if arm else 56, 17, 0, 0, 0, 0)\n"
        "if pid == 0: os._exit(0)\n"
        "result = pid > 0"
    ),
    "forks by clone3": (
        "order = (ctypes.c_uint64 * 11)(0, 0, 0, 0, 17)\n"
        "pid = libc.syscall(435, order, 88)\n"
        "if pid == 0: os._exit(0)\n"
        "result = pid > 0"
    ),
    "starts a program": (
        "import subprocess\nresult = subprocess.run(['/bin/sh', '-c', 'exit 0']).returncode == 0"
    ),
    "becomes another program": (
        "import sys\nsys.stdout.flush()\nos.execv('/bin/sh', ['sh', '-c', 'echo CAME THROUGH'])"
    ),
    "ends a process": "os.kill(world['victim'], 15); result = True",
    "ends a process by its thread": (
        "result = libc.syscall(131 if arm else 234, world['victim'], world['victim'], 15) == 0"
    ),
    "slows a process down": "os.setpriority(0, world['victim'], 19); result = True",
    "binds a process to a processor": "os.sched_setaffinity(world['victim'], {0}); result = True",
    "starves a process": (
        "import resource\nresource.prlimit(world['victim'], resource.RLIMIT_NOFILE, (3, 3))\n"
        "result = True"
    ),
    "leaves a daemon": (
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        import time\n"
        "        time.sleep(0.3)\n"
        "        open(world['folder'] + '/daemon', 'x').close()\n"
        "    os._exit(0)\n"
        "result = True"
    ),
}

KERNEL = {
    "makes a user namespace": "result = libc.unshare(0x10000000) == 0",
    "sets up io_uring": ("result = libc.syscall(425, 4, ctypes.create_string_buffer(256)) >= 0"),
    "keeps a key in the kernel": (
        "result = libc.syscall(217 if arm else 248, b'user', b'autoglm', b'x', 1, -2) > 0"
    ),
    "loads a program into the kernel": (
        "attributes = struct.pack('IIII', 2, 4, 4, 1) + bytes(100)\n"
        "result = libc.syscall(280 if arm else 321, 0, attributes, len(attributes)) >= 0"
    ),
    "handles page faults": "result = libc.syscall(282 if arm else 323, 1) >= 0",
    "counts the machine's events": (
        "attributes = struct.pack('IIQQQQ', 1, 112, 1, 0, 0, 0) + bytes(72)\n"
        "result = libc.syscall(241 if arm else 298, attributes, 0, -1, -1, 0) >= 0"
    ),
    "mounts a file system": (
        "result = libc.mount(b'none', world['folder'].encode(), b'tmpfs', 0, None) == 0"
    ),
    "holds a capability": (
        "held = (ctypes.c_uint32 * 6)()\n"
        "libc.capget((ctypes.c_uint32 * 2)(0x20080522, 0), held)\n"
        "result = bool(held[0] | held[3])"
    ),
    "turns address randomisation off": "result = libc.personality(0x0040000) >= 0",
}

MEMORY = {
    "takes 3 GiB": "import mmap\nblock = mmap.mmap(-1, 3 << 30, mmap.MAP_PRIVATE); result = True",
    "takes memory by a nameless file": (
        "fd = os.memfd_create('x')\nos.write(fd, bytes(1 << 20)); result = True"
    ),
    "takes memory by a shared segment": (
        "segment = libc.shmget(0, 1 << 20, 0o1600)\n"
        "libc.shmctl(segment, 0, None)\n"
        "result = segment >= 0"
    ),
    "fills the shared memory": (
        "path = '/dev/shm/autoglm-attack'\n"
        "open(path, 'wb').write(bytes(4 << 20))\nos.unlink(path)\nresult = True"
    ),
    "fills the devices' folder": (
        "path = '/dev/autoglm-attack'\n"
        "open(path, 'wb').write(bytes(4 << 20))\nos.unlink(path)\nresult = True"
    ),
    "fills its folder": "open('big', 'wb').write(bytes(4 << 20)); result = True",
    "makes 200 threads": (
        "import threading, time\n"
        "threading.stack_size(64 << 10)\n"
        "for _ in range(200): threading.Thread(target=time.sleep, args=(1,)).start()\n"
        "time.sleep(0.5)\n"
        "result = True"
    ),
}

PRELUDE = """
import ctypes, json, os, platform, socket, struct
world = json.load(open('world.json'))
arm = platform.machine() == 'aarch64'
libc = ctypes.CDLL(None, use_errno=True)
result = False
"""

ATTACKS = FILES | SECRETS | NETWORK | PROCESSES | KERNEL | MEMORY

HOST_MAY_STOP = {
    *KERNEL,
    "opens a process's memory",
    "traces a process",
    "opens the standard library for writing",
    "fills the devices' folder",
}
