#!/usr/bin/env python3
"""Witnesses on the command line: over files, over HTTP, and what publishing makes of them.

usage: witness_test.py HOURBOOK  (the program; other arguments go to unittest)
"""
import concurrent.futures
import gzip
import hashlib
import http.client
import json
import signal
import socket
import subprocess
import threading

from cli_case import CliCase, ORIGIN, main, program, volunteer

NOT_LISTENING = 9  # nothing serves the discard port here


class Server:
    """`hourbook witness serve`, as long as the test lasts."""

    def __init__(self, test, name, policy, port=0):
        self.process = subprocess.Popen(
            [program(), "witness", "serve", "--key", test.scratch / f"{name}.key", "--policy", policy,
             "--state", test.scratch / f"{name}.state", "--port", str(port)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        test.addCleanup(self.end)
        self.line = self.process.stdout.readline()
        self.url = self.line.removeprefix("listening on ").rstrip("\n")
        self.port = int(self.url.rstrip("/").rsplit(":", 1)[1]) if self.line else None

    def end(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.out, self.err = self.process.communicate(timeout=30)
        return self.process.returncode

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def ask(self, method, path, body=None, headers=None, connection=None):
        """(status, content type, body)"""
        own = connection or self.connect()
        own.request(method, path, body=body, headers=headers or {},
                    encode_chunked="Transfer-Encoding" in (headers or {}))
        answer = own.getresponse()
        got = answer.status, answer.headers["Content-Type"], answer.read().decode()
        if connection is None:
            own.close()
        return got


class WitnessTest(CliCase):
    def setUp(self):
        super().setUp()
        self.init()
        self.keygen()
        self.opened = 0
        self.grow(6)  # 7 entries
        self.logs = self.write("logs.policy", f"log {self.vkey}\nquorum none\n")

    def grow(self, parties):
        self.append([volunteer(self.opened + i + 1) for i in range(parties)])
        self.opened += parties

    def checkpoint(self):
        return (self.site / "checkpoint").read_text(encoding="utf-8")

    def step(self, old_size):
        """A request's file, from old_size to what is published."""
        path = self.scratch / "step"
        self.run_("prove", self.ledger, "--from", old_size, "--out", path)
        return path

    def witness(self, name):
        (self.scratch / f"{name}.state").mkdir()
        return self.run_("keygen", self.scratch / f"{name}.key", "--name", f"{name}.example", "--witness").stdout.strip()

    def cosign(self, name, request, **how):
        return self.run_("witness", "cosign", request, "--key", self.scratch / f"{name}.key", "--policy", self.logs,
                         "--state", self.scratch / f"{name}.state", **how)

    def policy(self, servers, quorum, more=""):
        """Servers by name; None for a witness without a URL."""
        lines = [f"witness {name} {self.vkeys[name]} {server or ''}" for name, server in servers.items()]
        return self.write("witnesses.policy", "\n".join([f"log {self.vkey}", *lines, more, f"quorum {quorum}", ""]))


class FilesTest(WitnessTest):
    def test_cosigns_and_the_cosignature_is_added(self):
        self.vkeys = {name: self.witness(name) for name in ("w1", "w2")}
        both = self.policy({"w1": None, "w2": None}, "both", "group both all w1 w2")
        self.publish()
        alone = self.checkpoint()
        first = self.cosign("w1", self.step(0)).stdout
        self.assertTrue(first.startswith("— w1.example "))
        lines = self.write("lines", first)
        self.assertIn("Good: 1", self.run_("add-cosignatures", self.site, lines, "--policy", both).stdout)
        self.assertEqual(self.checkpoint(), alone + first)
        proof = self.scratch / "proof"
        self.run_("prove", self.ledger, "--index", 3, "--checkpoint", self.site / "checkpoint", "--out", proof)
        check = ["check-proof", proof, "--vkey", self.vkey]
        self.assertIn("quorum both is missed; the checkpoint was cosigned by w1",
                      self.run_(*check, "--policy", both, code=3).stderr)
        out = self.scratch / "w2.lines"
        self.assertEqual(self.cosign("w2", self.step(0)).stdout.count("\n"), 1)
        self.run_("witness", "cosign", self.step(7), "--key", self.scratch / "w2.key", "--policy", self.logs,
                  "--state", self.scratch / "w2.state", "--out", out)
        self.run_("add-cosignatures", self.site, out, "--policy", both)
        self.run_("prove", self.ledger, "--index", 3, "--checkpoint", self.site / "checkpoint", "--out", proof)
        self.run_(*check, "--policy", both)

    def test_refusals(self):
        self.witness("w1")
        self.publish()
        self.cosign("w1", self.step(0))
        self.grow(2)
        self.publish()
        conflict = self.cosign("w1", self.step(0), code=1)
        self.assertEqual(conflict.stdout, "7\n")
        self.assertIn("409", conflict.stderr)
        good = self.step(7).read_text(encoding="utf-8")
        bad = self.write("bad", good.replace(good.split("\n")[1], "A" * 43 + "=", 1))
        self.assertIn("422", self.cosign("w1", bad, code=1).stderr)
        self.assertIn("400", self.cosign("w1", self.write("bad", "old\n"), code=1).stderr)
        self.assertIn("403", self.cosign("w1", self.write("bad", good.replace("\n9\n", "\n10\n")), code=1).stderr)
        self.assertIn("404", self.cosign("w1", self.write("bad", good.replace(ORIGIN, "x.example")), code=1).stderr)
        self.assertEqual(self.cosign("w1", self.step(7)).stdout.count("— w1.example "), 1)

    def test_a_damaged_state_cosigns_nothing(self):
        self.witness("w1")
        self.publish()
        self.cosign("w1", self.step(0))
        kept = self.scratch / "w1.state" / hashlib.sha256(ORIGIN.encode()).hexdigest()
        kept.write_text(kept.read_text(encoding="utf-8").replace("\n7\n", "\n6\n"), encoding="utf-8")
        for old_size in (0, 7):
            self.assertIn("corrupt", self.cosign("w1", self.step(old_size), code=3).stderr)

    def test_a_lost_state_is_no_new_one(self):
        self.witness("w1")
        self.publish()
        request = self.step(0)
        (self.scratch / "w1.state").rmdir()
        self.assertIn("bring it back", self.cosign("w1", request, code=1).stderr)
        serve = ["witness", "serve", "--key", self.scratch / "w1.key", "--policy", self.logs]
        self.assertIn("bring it back", self.run_(*serve, "--state", self.scratch / "w1.state", code=1).stderr)
        self.assertFalse((self.scratch / "w1.state").exists())

    def test_bad_files_are_told(self):
        self.witness("w1")
        self.publish()
        request, policy = self.step(0), self.write("bad.policy", f"log {self.vkey}\nquorum w1\n")
        arguments = ["--key", self.scratch / "w1.key", "--state", self.scratch / "w1.state"]
        done = self.run_("witness", "cosign", request, *arguments, "--policy", policy, code=1)
        self.assertIn(f"{policy}: policy, line 2: ", done.stderr)
        self.run_("witness", "cosign", request, *arguments, "--policy", self.scratch / "none", code=1)
        self.run_("witness", "cosign", request, *arguments, code=2)
        self.run_("witness", "cosign", request, "--key", self.key, "--policy", self.logs, "--state",
                  self.scratch / "w1.state", code=2)  # a log's key
        self.run_("add-cosignatures", self.site, self.write("lines", "x\n"), "--policy", self.logs, code=3)
        self.run_("add-cosignatures", self.scratch, self.checkpoint_lines(), "--policy", self.logs, code=1)

    def checkpoint_lines(self):
        return self.write("lines", self.checkpoint().split("\n\n", 1)[1])


class HttpTest(WitnessTest):
    def setUp(self):
        super().setUp()
        self.vkeys = {"w1": self.witness("w1")}
        self.publish()
        self.path = f"/{hashlib.sha256(ORIGIN.encode()).hexdigest()}/checkpoint"

    def test_every_code(self):
        server = Server(self, "w1", self.logs)
        self.assertRegex(server.line, r"^listening on http://127\.0\.0\.1:\d+/\n$")
        text = "text/plain; charset=utf-8"
        self.assertEqual(server.ask("GET", self.path)[0], 404)
        first = self.step(0).read_bytes()
        status, kind, body = server.ask("POST", "/add-checkpoint", first)
        self.assertEqual((status, kind), (200, text))
        self.assertTrue(body.startswith("— w1.example ") and body.endswith("\n"))
        self.assertEqual(server.ask("GET", self.path), (200, text, self.checkpoint() + body))
        self.assertEqual(server.ask("POST", "/add-checkpoint", first), (409, "text/x.tlog.size", "7\n"))
        self.assertEqual(server.ask("POST", "/add-checkpoint", self.step(7).read_bytes())[0], 200)
        self.assertEqual(server.ask("POST", "/add-checkpoint", b"\xff\x00garbage")[:2], (400, text))
        self.assertEqual(server.ask("POST", "/add-checkpoint", b"")[0], 400)
        self.grow(2)
        self.publish()
        step = self.step(7).read_bytes()
        for bad, code in ((step.replace(step.split(b"\n")[1], b"A" * 43 + b"=", 1), 422),
                          (step.replace(b"\n9\n", b"\n10\n"), 403),
                          (step.replace(ORIGIN.encode(), b"x.example"), 404)):
            self.assertEqual(server.ask("POST", "/add-checkpoint", bad)[:2], (code, text))
        self.assertEqual(server.ask("POST", "/add-checkpoint", step)[0], 200)
        self.assertEqual(server.end(), 0)

    def test_other_paths_and_methods(self):
        server = Server(self, "w1", self.logs)
        for method, path in (("GET", "/"), ("GET", "/add-checkpoint"), ("POST", self.path), ("PUT", "/add-checkpoint"),
                             ("DELETE", self.path), ("GET", self.path.upper()), ("GET", self.path + "/"),
                             ("GET", "/" + "0" * 63 + "/checkpoint"), ("GET", "/../../etc/passwd"),
                             ("GET", "/%2e%2e/town.key"), ("POST", "/add-checkpoint/")):
            self.assertEqual(server.ask(method, path, b"" if method != "GET" else None)[0], 404, (method, path))

    def test_large_and_odd_bodies(self):
        server = Server(self, "w1", self.logs)
        huge = b"old 0\n" + b"x" * 3_000_000

        def refused(body, headers=None, **how):
            try:
                return server.ask("POST", "/add-checkpoint", body, headers, **how)[0]
            except (ConnectionError, http.client.HTTPException):
                return 413  # closed while it was still sent
        self.assertEqual(refused(huge), 413)
        self.assertEqual(refused(iter([huge[:1000]] * 3000), {"Transfer-Encoding": "chunked"}), 413)
        self.assertEqual(refused(gzip.compress(b"x" * 50_000_000), {"Content-Encoding": "gzip"}), 413)
        multipart = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b--\r\n'
        self.assertEqual(refused(multipart, {"Content-Type": "multipart/form-data; boundary=b"}), 415)
        # And one that is right, in chunks.
        self.assertEqual(server.ask("POST", "/add-checkpoint", iter([self.step(0).read_bytes()]),
                                    {"Transfer-Encoding": "chunked"})[0], 200)

    def test_bytes_that_are_no_http(self):
        server = Server(self, "w1", self.logs)
        for garbage in (b"\x00" * 100, b"POST\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"A" * 100_000,
                        b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
                        b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 99\r\n\r\nshort"):
            with socket.create_connection(("127.0.0.1", server.port)) as connection:
                try:
                    connection.sendall(garbage)
                    connection.shutdown(socket.SHUT_WR)
                    connection.settimeout(30)
                    while connection.recv(65536):
                        pass
                except ConnectionError:
                    pass
        self.assertEqual(server.ask("POST", "/add-checkpoint", self.step(0).read_bytes())[0], 200)

    def test_a_body_cut_short_cosigns_nothing(self):
        server = Server(self, "w1", self.logs)
        request = self.step(0).read_bytes()  # whole, but more is announced
        head = f"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: {len(request) + 1}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
            connection.sendall(head.encode() + request)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(65536)
        self.assertNotIn(" 200 ", answer.split(b"\r\n")[0].decode())
        self.assertEqual(server.ask("GET", self.path)[0], 404)

    def test_keeps_a_connection_alive(self):
        server = Server(self, "w1", self.logs)
        connection = server.connect()
        connection.connect()
        before = connection.sock.getsockname()
        for code in (200, 409, 409, 409, 409, 409, 409, 409):
            self.assertEqual(server.ask("POST", "/add-checkpoint", self.step(0).read_bytes(),
                                        connection=connection)[0], code)
        self.assertEqual(connection.sock.getsockname(), before)
        connection.close()

    def test_only_one_of_many_goes_first(self):
        server = Server(self, "w1", self.logs)
        request, many = self.step(0).read_bytes(), 64
        together = threading.Barrier(many)

        def ask(_):
            together.wait()
            return server.ask("POST", "/add-checkpoint", request)[0]
        with concurrent.futures.ThreadPoolExecutor(many) as pool:
            codes = list(pool.map(ask, range(many)))
        self.assertEqual((codes.count(200), codes.count(409)), (1, many - 1))

    def test_a_damaged_state_is_told_to_the_operator_alone(self):
        server = Server(self, "w1", self.logs)
        self.assertEqual(server.ask("POST", "/add-checkpoint", self.step(0).read_bytes())[0], 200)
        (self.scratch / "w1.state" / self.path.split("/")[1]).write_text("x")
        for method, path, body in (("POST", "/add-checkpoint", self.step(7).read_bytes()), ("GET", self.path, None)):
            status, _, body = server.ask(method, path, body)
            self.assertEqual(status, 500)
            self.assertNotIn(str(self.scratch), body)
        self.assertEqual(server.end(), 0)
        self.assertIn("w1.state", server.err)

    def test_stops_at_once_and_keeps_what_it_said(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            server = Server(self, "w1", self.logs)
            server.ask("POST", "/add-checkpoint", self.step(0).read_bytes())
            self.assertEqual(server.end(number), 0)
            self.assertEqual(server.err, "")
        server = Server(self, "w1", self.logs)
        self.assertEqual(server.ask("POST", "/add-checkpoint", self.step(0).read_bytes())[2], "7\n")

    def test_a_port_in_use(self):
        server = Server(self, "w1", self.logs)
        second = Server(self, "w1", self.logs, port=server.port)
        self.assertEqual(second.end(), 1)
        self.assertIn(f"port {server.port}", second.err)


class PublishTest(WitnessTest):
    def setUp(self):
        super().setUp()
        self.vkeys = {name: self.witness(name) for name in ("w1", "w2", "w3")}

    def serve(self, name):
        return Server(self, name, self.logs)

    def test_two_of_two(self):
        servers = {name: self.serve(name).url for name in ("w1", "w2")}
        policy = self.policy(servers, "both", "group both all w1 w2")
        done = self.publish("--policy", policy)
        self.assertIn("Witness w1: cosigned\nWitness w2: cosigned\n", done.stdout)
        self.assertEqual(self.checkpoint().count("— "), 3)
        self.grow(3)
        report = json.loads(self.publish("--policy", policy, "--json").stdout)
        self.assertEqual((report["size"], report["quorum"]), (10, True))
        self.assertEqual([w["cosigned"] for w in report["witnesses"]], [True, True])
        proof = self.scratch / "proof"
        self.run_("prove", self.ledger, "--index", 3, "--checkpoint", self.site / "checkpoint", "--out", proof)
        self.run_("check-proof", proof, "--vkey", self.vkey, "--policy", policy)
        # Once more, with nothing new: the same sizes are cosigned again.
        self.publish("--policy", policy)
        self.assertEqual(self.checkpoint().count("— "), 3)

    def test_what_is_published_stands_without_a_quorum(self):
        down = f"http://127.0.0.1:{NOT_LISTENING}/"
        servers = {"w1": self.serve("w1").url, "w2": down, "w3": "https://w3.example/"}
        policy = self.policy(servers, "two", "group two 2 w1 w2 w3")
        done = self.publish("--policy", policy, code=1)
        self.assertIn("Witness w1: cosigned\nWitness w2: http://127.0.0.1:9/: no answer", done.stdout)
        self.assertIn("Witness w3: https://w3.example/ does not begin with http://", done.stdout)
        self.assertIn("it is published, but the policy's quorum two is missed", done.stderr)
        self.assertEqual(self.checkpoint().count("— "), 2)
        # The others can still come in by files.
        lines = self.write("lines", self.cosign("w2", self.step(0)).stdout)
        self.run_("add-cosignatures", self.site, lines, "--policy", policy)
        one = json.loads(self.publish("--policy", policy, "--json").stdout)
        self.assertTrue(one["quorum"])

    def test_a_witness_that_saw_a_fork_does_not_cosign(self):
        server = self.serve("w1")
        policy = self.policy({"w1": server.url}, "w1")
        self.run_("backup", self.ledger, self.scratch / "fork")
        self.grow(2)
        self.publish("--policy", policy)
        (self.ledger, self.site, self.opened) = (self.scratch / "fork", self.scratch / "forked", 50)
        self.grow(5)
        done = self.publish("--policy", policy, code=1)
        self.assertIn("Witness w1: refused with 422", done.stdout)
        self.assertEqual(self.checkpoint().count("— "), 1)

    def test_a_policy_that_is_none_publishes_nothing(self):
        self.publish("--policy", self.write("bad", "quorum\n"), code=1)
        self.assertFalse(self.site.exists())


if __name__ == "__main__":
    main(__doc__)
