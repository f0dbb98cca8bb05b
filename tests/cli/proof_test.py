#!/usr/bin/env python3
"""Keys, publishing and proofs on the command line: what is printed, kept, refused.

usage: proof_test.py HOURBOOK  (the program; other arguments go to unittest)
"""
import base64
import hashlib
import json
import shutil
import stat

from cli_case import CliCase, ORIGIN, main, volunteer


class ProofTest(CliCase):
    def setUp(self):
        super().setUp()
        self.opened = 0

    def found(self, parties=4):
        self.init("UTC")
        self.keygen()
        self.grow(parties)

    def grow(self, parties, code=0):
        done = self.send([volunteer(self.opened + i + 1) for i in range(parties)], code=code)
        if code == 0:
            self.opened += parties
        return done

    def restore_an_old_backup(self):
        """A ledger of 5 entries under a publication of 8."""
        self.found()
        self.publish()
        self.run_("backup", self.ledger, self.scratch / "backup")
        self.grow(3)
        self.publish()
        shutil.rmtree(self.ledger)
        shutil.copytree(self.scratch / "backup", self.ledger)


class KeygenTest(ProofTest):
    def test_prints_the_public_half_alone(self):
        done = self.run_("keygen", self.key, "--name", ORIGIN)
        name, key_id, key = done.stdout.rstrip("\n").split("+", 2)
        self.assertEqual(name, ORIGIN)
        raw = base64.b64decode(key, validate=True)
        self.assertEqual((len(raw), raw[0]), (33, 1))
        self.assertEqual(hashlib.sha256(ORIGIN.encode() + b"\n" + raw).digest()[:4].hex(), key_id)
        self.assertEqual(done.stdout.count("\n"), 1)
        secret = self.key.read_text()
        for line in secret.splitlines()[1:]:
            self.assertNotIn(line, done.stdout + done.stderr)
        self.assertEqual(stat.S_IMODE(self.key.stat().st_mode), 0o600)

    def test_a_witness_has_a_key_of_its_own_type(self):
        report = json.loads(self.run_("keygen", self.key, "--name", "w.example", "--witness", "--json").stdout)
        self.assertEqual(base64.b64decode(report["vkey"].split("+", 2)[2])[0], 4)
        self.assertEqual((report["type"], report["name"], report["encrypted"]), ("witness", "w.example", False))

    def test_never_overwrites(self):
        self.run_("keygen", self.key, "--name", ORIGIN)
        before = self.key.read_bytes()
        self.assertIn("file_exists", self.run_("keygen", self.key, "--name", ORIGIN, code=1).stderr)
        self.assertEqual(self.key.read_bytes(), before)

    def test_refuses_names_that_may_not_name_a_key(self):
        for name in ("", "two words", "a+b", "tab\tname"):
            self.run_("keygen", self.key, "--name", name, code=2)
            self.assertFalse(self.key.exists())

    def test_a_passphrase_opens_what_it_closed(self):
        self.found()
        right, wrong = self.write("right", "open sesame\n"), self.write("wrong", "open barley\n")
        locked = self.scratch / "locked.key"
        done = self.run_("keygen", locked, "--name", ORIGIN, "--passphrase-file", right)
        self.assertNotIn("sesame", done.stdout + done.stderr + locked.read_text())
        self.assertIn("ENCRYPTED", locked.read_text())
        publish = ("publish", self.ledger, self.site, "--key", locked)
        for how in ((), ("--passphrase-file", wrong), ("--passphrase-env", "WRONG")):
            failed = self.run_(*publish, *how, code=1, env={"WRONG": "open sesame "})
            self.assertIn("permission_denied", failed.stderr)
            self.assertNotIn("sesame", failed.stdout + failed.stderr)
        self.assertFalse(self.site.exists())
        self.run_(*publish, "--passphrase-file", right)
        self.run_(*publish, "--passphrase-env", "RIGHT", env={"RIGHT": "open sesame"})

    def test_a_passphrase_that_protects_nothing_is_refused(self):
        empty = self.write("empty", "\n")
        self.run_("keygen", self.key, "--name", ORIGIN, "--passphrase-file", empty, code=1)
        self.run_("keygen", self.key, "--name", ORIGIN, "--passphrase-env", "HOURBOOK_NO_SUCH", code=1)
        self.run_("keygen", self.key, "--name", ORIGIN, "--passphrase-file", self.scratch / "none", code=1)
        zero = self.scratch / "zero"
        zero.write_bytes(b"a\0b")
        self.run_("keygen", self.key, "--name", ORIGIN, "--passphrase-file", zero, code=1)
        self.assertFalse(self.key.exists())


class PublishTest(ProofTest):
    def test_publishes_what_was_added(self):
        self.found()
        self.assertIn("Published 5 entries", self.publish().stdout)
        self.grow(300)
        report = json.loads(self.run_("publish", self.ledger, self.site, "--key", self.key, "--json").stdout)
        self.assertEqual(report["size"], 305)
        self.assertEqual(report["root"], self.run_("root", self.ledger).stdout.strip())
        origin, size, root, empty, signature = (self.site / "checkpoint").read_text().splitlines()
        self.assertEqual((origin, size, empty), (ORIGIN, "305", ""))
        self.assertEqual(base64.b64decode(root).hex(), report["root"])
        self.assertTrue(signature.startswith(f"\u2014 {ORIGIN} "))
        self.assertTrue((self.site / "tile/entries/000").exists())
        self.assertFalse((self.site / "tile/entries/000.p").exists())

    def test_says_whose_key_is_wanted(self):
        self.found()
        other = self.scratch / "other.key"
        self.run_("keygen", other, "--name", "elsewhere.example")
        failed = self.run_("publish", self.ledger, self.site, "--key", other, code=2)
        self.assertIn(ORIGIN, failed.stderr)
        self.assertIn("elsewhere.example", failed.stderr)

    def test_another_key_of_the_same_name_does_not_take_a_publication_over(self):
        self.found()
        self.publish()
        self.grow(1)
        other = self.scratch / "other.key"
        self.run_("keygen", other, "--name", ORIGIN)
        before = (self.site / "checkpoint").read_bytes()
        self.run_("publish", self.ledger, self.site, "--key", other, code=3)
        self.assertEqual((self.site / "checkpoint").read_bytes(), before)

    def test_a_file_that_is_no_key(self):
        self.found()
        for text in ("", "hello\n", self.vkey + "\n"):
            bad = self.write("bad.key", text)
            self.assertIn("bad.key", self.run_("publish", self.ledger, self.site, "--key", bad, code=1).stderr)
        self.run_("publish", self.ledger, self.site, "--key", self.scratch / "none", code=1)
        self.run_("publish", self.scratch / "none", self.site, "--key", self.key, code=1)

    def test_a_restored_backup_neither_signs_nor_appends_until_its_operator_decides(self):
        self.restore_an_old_backup()
        signed = (self.site / "checkpoint").read_bytes()
        for failed in (self.publish(code=1), self.grow(1, code=1)):
            self.assertIn("behind", failed.stderr)
            self.assertIn("signs 8", failed.stderr)
        self.run_("forget-publication", self.ledger, code=2)
        self.assertIn("behind", self.publish(code=1).stderr)
        self.assertIn("another directory", self.run_("forget-publication", self.ledger, "--yes").stdout)
        self.grow(1)
        self.assertIn("behind", self.publish(code=1).stderr)
        self.assertEqual((self.site / "checkpoint").read_bytes(), signed)
        self.run_("publish", self.ledger, self.scratch / "new-site", "--key", self.key)


class ProveTest(ProofTest):
    def setUp(self):
        super().setUp()
        self.found()
        self.publish()
        self.old = self.write("old", (self.site / "checkpoint").read_text())
        self.grow(3)
        self.publish()

    def prove(self, *what):
        """The proof's text, through a file."""
        out = self.scratch / "proof"
        done = self.run_("prove", self.ledger, *what, "--out", out)
        self.assertEqual(done.stdout, "")
        return out.read_text(encoding="utf-8")

    def check(self, text, *more, code=0, vkey=None):
        return self.run_("check-proof", self.write("proof.txt", text), "--vkey", vkey or self.vkey, *more, code=code)

    def test_an_entry_needs_no_ledger_to_be_checked(self):
        proof = self.prove("--index", 3)
        self.assertTrue(proof.startswith("c2sp.org/tlog-proof@v1\nextra "))
        self.assertTrue(proof.endswith("\n\n" + (self.site / "checkpoint").read_text()))
        self.assertEqual(self.prove("--id", f"{3:032x}"), proof)
        self.assertEqual(self.run_("prove", self.ledger, "--index", 3).stdout, proof)
        entry = json.loads(self.run_("entry", self.ledger, 3).stdout)
        root = self.run_("root", self.ledger).stdout.strip()
        shutil.rmtree(self.ledger)
        text = self.check(proof).stdout
        self.assertIn(f"Sound: this entry is number 3 of the 8 that {ORIGIN} has signed", text)
        self.assertRegex(text, rf"\nid +{entry['id']}\n")
        self.assertRegex(text, r"\nkind +open\n")
        facts = json.loads(self.check(proof, "--json").stdout)
        self.assertEqual(facts["checkpoint"], {"origin": ORIGIN, "size": 8, "root": root})
        self.assertEqual((facts["sound"], facts["proof"], facts["index"]), (True, "inclusion", 3))
        del entry["leaf_hash"]
        self.assertEqual(facts["entry"], entry)

    def test_the_extra_data_is_the_leaf_that_is_proven(self):
        lines = self.prove("--index", 3).splitlines()
        leaf_data = base64.b64decode(lines[1].removeprefix("extra "))
        leaf = hashlib.sha256(b"\0" + leaf_data).hexdigest()
        self.assertEqual(json.loads(self.run_("entry", self.ledger, 3).stdout)["leaf_hash"], leaf)
        bare = "\n".join(lines[:1] + lines[2:]) + "\n"
        self.assertIn("brings no entry", self.check(bare, code=3).stderr)
        self.assertIn("this leaf is number 3", self.check(bare, "--leaf", leaf).stdout)
        self.assertIsNone(json.loads(self.check(bare, "--leaf", leaf, "--json").stdout)["entry"])
        self.check(bare, "--leaf", "00" * 32, code=3)
        self.check(bare, "--leaf", "00", code=2)

    def test_an_older_checkpoint_proves_what_it_covers(self):
        self.check(self.prove("--index", 4, "--checkpoint", self.old))
        failed = self.run_("prove", self.ledger, "--index", 5, "--checkpoint", self.old, code=1)
        self.assertIn("signs 5 entries", failed.stderr)
        self.assertIn("not_found", failed.stderr)
        self.grow(1)
        self.assertIn("publish again", self.run_("prove", self.ledger, "--index", 8, code=1).stderr)

    def test_growth_is_proven_from_an_old_checkpoint_on(self):
        request = self.prove("--from", 5)
        self.assertTrue(request.startswith("old 5\n"))
        self.assertIn("the 8 entries", self.check(request, "--old", self.old).stdout)
        facts = json.loads(self.check(request, "--old", self.old, "--json").stdout)
        self.assertEqual((facts["old_checkpoint"]["size"], facts["checkpoint"]["size"]), (5, 8))
        self.assertIn("old checkpoint", self.check(request, code=2).stderr)
        self.assertIn("of size 8", self.check(request, "--old", self.site / "checkpoint", code=3).stderr)
        self.check(self.prove("--from", 0))
        self.check(self.prove("--from", 8), "--old", self.site / "checkpoint")
        self.run_("prove", self.ledger, "--from", 9, code=1)

    def test_vkeys_come_from_a_file_too(self):
        proof = self.prove("--index", 0)
        for text in (self.vkey, self.vkey + "\n"):
            self.check(proof, vkey=f"@{self.write('vkey', text)}")
        self.check(proof, vkey=f"@{self.scratch / 'none'}", code=1)
        self.check(proof, vkey="hello", code=2)

    def test_another_key_of_the_same_name_proves_nothing(self):
        impostor = self.run_("keygen", self.scratch / "other.key", "--name", ORIGIN).stdout.strip()
        witness = self.run_("keygen", self.scratch / "w.key", "--name", ORIGIN, "--witness").stdout.strip()
        for proof, more in ((self.prove("--index", 3), ()), (self.prove("--from", 5), ("--old", self.old))):
            self.assertIn(ORIGIN, self.check(proof, *more, vkey=impostor, code=3).stderr)
            self.assertIn("witness", self.check(proof, *more, vkey=witness, code=2).stderr)

    def test_a_changed_proof_is_unsound(self):
        proof = self.prove("--index", 3)
        lines = proof.splitlines()
        self.assertEqual(lines[2], "index 3")
        for number, line in enumerate(lines):
            changed = lines[:number] + [line + "x"] + lines[number + 1:]
            self.assertIn("unsound", self.check("\n".join(changed) + "\n", code=3).stderr)
            dropped = lines[:number] + lines[number + 1:]
            self.assertIn("unsound", self.check("\n".join(dropped) + "\n", code=3).stderr)
        for text in ("", "hello", "old", "\n" * 5, "x" * 3_000_000, "\0" * 100):
            self.assertIn("unsound", self.check(text, code=3).stderr)
        self.check("x" * 5_000_000, code=1)
        self.run_("check-proof", self.scratch / "none", "--vkey", self.vkey, code=1)

    def test_a_ledger_proves_nothing_by_a_checkpoint_that_it_does_not_hold(self):
        shutil.rmtree(self.ledger)
        self.run_("init", self.ledger, "--origin", ORIGIN)
        self.opened = 100
        self.assertIn("never published", self.run_("prove", self.ledger, "--index", 0, code=1).stderr)
        checkpoint = ("--checkpoint", self.site / "checkpoint")
        for what in (("--index", 0), ("--from", 1)):
            self.assertIn("signs 8", self.run_("prove", self.ledger, *what, *checkpoint, code=1).stderr)
        self.grow(7)
        for what in (("--index", 0), ("--from", 1)):
            self.assertIn("fork", self.run_("prove", self.ledger, *what, *checkpoint, code=1).stderr)
        hello = self.write("hello", "hello\n")
        self.run_("prove", self.ledger, "--index", 0, "--checkpoint", hello, code=3)

    def test_wrong_command_lines(self):
        proof, request = self.prove("--index", 3), self.prove("--from", 5)
        for what in ((), ("--index", 1, "--from", 2), ("--index", "-1"), ("--index", "x"), ("--id", "zz"),
                     ("--from", "-1")):
            self.run_("prove", self.ledger, *what, code=2)
        self.run_("prove", self.ledger, "--id", "77" * 16, code=1)
        self.check(proof, "--old", self.old, code=2)
        self.check(request, "--leaf", "00" * 32, code=2)
        self.run_("prove", self.ledger, "--index", 3, "--out", self.scratch / "none" / "proof", code=1)

    def test_help_has_an_example(self):
        text = self.run_("--help").stdout
        for command in ("keygen", "publish", "forget-publication", "prove", "check-proof"):
            self.assertRegex(text, rf"\n\s+{command}\b")
            self.assertIn("Example: hourbook ", self.run_(command, "--help").stdout)


if __name__ == "__main__":
    main(__doc__)
