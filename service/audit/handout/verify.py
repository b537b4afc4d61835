#!/usr/bin/env python3
"""Kontrollerar ett ärendeutdrag. / Verifies a case bundle.

Behöver Python 3.9 eller nyare och paketet cryptography, inget annat.
Needs Python 3.9 or newer and the package cryptography, nothing else.

    python3 verify.py [FOLDER OR ZIP] [--key PUBLIC-KEY-LINE]

För varje fil sägs vad som stämmer och vad som inte gör det. Slutkod 1 om något inte stämmer.
For each file it says what holds and what does not. Exit status 1 where anything does not hold.

This file stands alone on purpose: it shares no code with the service, so a mistake in one is not a mistake in both.
Formats: RFC 6962/9162 (tree), RFC 8785 (records), C2SP signed-note, tlog-checkpoint and tlog-proof.
"""

import base64
import binascii
import hashlib
import json
import pathlib
import re
import sys
import unicodedata
import zipfile

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    sys.exit("Installera cryptography / Install cryptography: pip install cryptography")

DOMAIN = b"granska/commit/v1\x00"
MANIFEST = "granska bundle manifest v1"
HEX = re.compile(r"[0-9a-f]{64}")
MOST_BYTES = 200_000_000
#: Every event that an entry can be, and its newest version; this program reads each version up to that.
VERSIONS = {
    "access-log:erased": 1,
    "act:verified": 1,
    "allocation:made": 1,
    "appeal:forwarded": 1,
    "appeal:received": 1,
    "appeal:settled": 1,
    "appeal:tested": 1,
    "applicant:told": 1,
    "application:withdrawn": 1,
    "assessment:written": 1,
    "association:joined": 1,
    "association:separated": 1,
    "board:packaged": 1,
    "booking:asked": 1,
    "booking:cancelled": 1,
    "booking:executed": 1,
    "booking:moved": 1,
    "booking:restored": 1,
    "booking:settled": 1,
    "case:assigned": 1,
    "case:decided": 1,
    "case:handed-out": 1,
    "case:paused": 1,
    "case:received": 1,
    "case:released": 1,
    "case:reopened": 1,
    "case:rescreen-asked": 1,
    "case:resumed": 1,
    "case:screened": 1,
    "case:taken": 1,
    "clearance:given": 1,
    "clearance:revoked": 1,
    "communication:answered": 1,
    "communication:excepted": 1,
    "communication:sent": 1,
    "completion:answered": 1,
    "completion:asked": 1,
    "completion:reminded": 1,
    "condition:reported": 1,
    "conflict:declared": 1,
    "consultation:answered": 1,
    "consultation:asked": 1,
    "decision:added-to": 1,
    "decision:final": 1,
    "decision:posted": 1,
    "decision:posting-corrected": 1,
    "decision:proposed": 1,
    "decision:reported": 1,
    "distinction:withdrawn": 1,
    "enclosure:added": 1,
    "erasure:proposed": 1,
    "erasure:settled": 1,
    "feed:made": 1,
    "feed:revoked": 1,
    "finding:confirmed": 1,
    "finding:resolved": 1,
    "incident:corrected": 1,
    "incident:disputed": 1,
    "incident:recorded": 1,
    "incident:verified": 1,
    "incident:withdrawn": 1,
    "key-access:given": 1,
    "key-access:screened": 1,
    "key-access:settled": 1,
    "key:created": 1,
    "letter:dispatched": 1,
    "letter:sent": 1,
    "list:activated": 1,
    "list:confirmed": 1,
    "list:imported": 1,
    "list:rejected": 1,
    "log:heads": 1,
    "user:closed": 1,
    "user:factor-set": 1,
    "user:recovery-used": 1,
    "user:reset-made": 1,
    "user:reset-settled": 1,
    "key:expiry-set": 1,
    "key:revoked": 1,
    "case:left": 1,
    "log:key-rotated": 1,
    "log:opened": 1,
    "match:asked": 1,
    "note:written": 1,
    "payment:released": 1,
    "proposal:returned": 1,
    "proposal:seconded": 1,
    "reassessment:proposed": 1,
    "reassessment:settled": 1,
    "record:unmasked": 1,
    "right:declined": 1,
    "right:granted": 1,
    "right:proposed": 1,
    "right:withdrawn": 1,
    "room:closed": 1,
    "room:described": 1,
    "room:reopened": 1,
    "ruleset:adopted": 1,
    "ruleset:drafted": 1,
    "ruleset:impact-seen": 1,
    "sample:drawn": 1,
    "search:recorded": 1,
    "secrecy:marked": 1,
    "side:decided": 1,
    "site:described": 1,
    "slot:held": 1,
    "stop:answered": 1,
    "stop:considered": 1,
    "stop:ended": 1,
    "subject-access:exported": 1,
    "support:released": 1,
    "support:stopped": 1,
    "support:swept": 1,
    "terms:accepted": 1,
    "user:created": 1,
    "user:password-changed": 1,
    "value:erased": 1,
}
#: Where an erasure names what it erased, by its version.
ERASED_IN = {1: "values"}


class Wrong(Exception):
    """What does not hold, in Swedish and English."""

    def __init__(self, sv, en):
        super().__init__(en)
        self.sv, self.en = sv, en


def leaf_hash(data):
    return hashlib.sha256(b"\x00" + data).digest()


def root_from_path(index, size, leaf, path):
    """RFC 9162, section 2.1.3.2: the root that this path leads to, or None."""
    if not 0 <= index < size:
        return None
    fn, sn, node = index, size - 1, leaf
    for one in path:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            node = hashlib.sha256(b"\x01" + one + node).digest()
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            node = hashlib.sha256(b"\x01" + node + one).digest()
        fn >>= 1
        sn >>= 1
    return node if sn == 0 else None


def unb64(text):
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return raw if base64.b64encode(raw).decode() == text else b""


def read_key(line):
    """A public key line: name+id+base64."""
    name, _, rest = line.strip().partition("+")
    identity, _, encoded = rest.partition("+")
    raw = unb64(encoded)
    expected = hashlib.sha256(name.encode("utf-8", "replace") + b"\n" + raw).digest()[:4].hex()
    y = int.from_bytes(raw[1:], "little") & (2**255 - 1)
    if not name or len(raw) != 33 or raw[:1] != b"\x01" or identity != expected or y >= 2**255 - 19 or y in LOW_ORDER:
        raise Wrong("nyckeln är ingen giltig nyckel", "the key is no valid key")
    return name, bytes.fromhex(identity), raw[1:]


LOW_ORDER = {
    0,
    1,
    2**255 - 20,
    int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
    int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
}


def vouched_keys(key, line, rotations):
    """The key and every later one that it, or one it vouches for, has signed for."""
    known = {line.strip(): key}
    for one in rotations:
        try:
            old, new = known.get(one["old"]), read_key(one["new"])
            text = f"granska log key\n{one['new']}\n".encode()
            Ed25519PublicKey.from_public_bytes(old[2]).verify(unb64(one["signature"]), text)
            known[one["new"]] = new
        except Exception:
            continue  # a key that nobody vouches for is not believed
    return list(known.values())


def read_checkpoint(note, keys):
    """Size and root of a checkpoint that one of these keys has signed."""
    wrong = Wrong("kontrollpunkten är inte underskriven med nyckeln", "the key has not signed the checkpoint")
    for key in keys:
        try:
            return _read_checkpoint(note, key)
        except Wrong as error:
            wrong = error if len(keys) == 1 else wrong
    raise wrong


def _read_checkpoint(note, key):
    name, identity, public = key
    text, separator, block = note.rpartition("\n\n")
    lines = text.split("\n")
    if not separator or len(lines) != 3 or lines[0] != name:
        raise Wrong("kontrollpunkten har fel form", "the checkpoint has the wrong form")
    for line in block.split("\n"):
        signer, _, encoded = line.removeprefix("\u2014 ").partition(" ")
        raw = unb64(encoded)
        if signer == name and raw[:4] == identity:
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], (text + "\n").encode())
            except InvalidSignature:
                raise Wrong("underskriften är fel", "the signature is wrong") from None
            if not re.fullmatch(r"0|[1-9][0-9]{0,17}", lines[1]) or len(unb64(lines[2])) != 32:
                raise Wrong("kontrollpunkten har fel form", "the checkpoint has the wrong form")
            return int(lines[1]), unb64(lines[2])
    raise Wrong("kontrollpunkten är inte underskriven med nyckeln", "the key has not signed the checkpoint")


def read_proof(text):
    """Index, path and checkpoint of a .tlog-proof file."""
    head, separator, note = text.partition("\n\n")
    lines = head.split("\n")
    if not separator or lines[0] != "c2sp.org/tlog-proof@v1":
        raise Wrong("kvittot har fel form", "the receipt has the wrong form")
    rest = lines[2:] if lines[1:2] and lines[1].startswith("extra ") else lines[1:]
    path = [unb64(one) for one in rest[1:]]
    if not rest or not re.fullmatch(r"index (0|[1-9][0-9]{0,17})", rest[0]) or any(len(one) != 32 for one in path):
        raise Wrong("kvittot har fel form", "the receipt has the wrong form")
    return int(rest[0][6:]), path, note


def canonical(value):
    """The one text of a value (RFC 8785 without floats)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def commitment(field, value, salt):
    return hashlib.sha256(DOMAIN + canonical([field, value]).encode() + salt).hexdigest()


def hexes(value):
    """Every 64-digit hash anywhere in a value."""
    if isinstance(value, dict):
        for one in value.values():
            yield from hexes(one)
    elif isinstance(value, list):
        for one in value:
            yield from hexes(one)
    elif isinstance(value, str) and HEX.fullmatch(value):
        yield value


def named(value):
    """Every (id, sha256) that an entry names, as it names rule sets."""
    if isinstance(value, dict):
        if isinstance(value.get("id"), str) and isinstance(value.get("sha256"), str):
            yield value["id"], value["sha256"]
        for one in value.values():
            yield from named(one)
    elif isinstance(value, list):
        for one in value:
            yield from named(one)


def check_entry(body, proof, keys):
    """An entry's bytes against its receipt; returns the entry and the size of the tree that vouches for it."""
    index, path, note = read_proof(proof.decode("utf-8"))
    size, root = read_checkpoint(note, keys)
    if root_from_path(index, size, leaf_hash(body), path) != root:
        raise Wrong("posten är inte den som skrevs i loggen", "the entry is not the one written in the log")
    entry = json.loads(body, object_pairs_hook=without_twins)
    if canonical(entry).encode() != body or not unicodedata.is_normalized("NFC", body.decode()):
        raise Wrong("posten är inte i kanonisk form", "the entry is not in canonical form")
    if entry["seq"] != index:
        raise Wrong("posten säger ett annat nummer än kvittot", "the entry names another number than the receipt")
    return entry, size


def check_version(name, entry, report):
    """Whether this program knows the entry's form: one that it does not may mean something that it cannot see."""
    newest, version = VERSIONS.get(entry.get("type"), 0), entry.get("type_version")
    if entry.get("v") != 1 or type(version) is not int or not 1 <= version <= newest:
        report.bad(
            name,
            "har en version som det här programmet inte känner; använd ett nyare",
            "has a version that this program does not know; use a newer one",
        )


class Bundle:
    """The files, from a folder or a zip."""

    def __init__(self, where):
        self.files = {}
        path = pathlib.Path(where)
        if path.is_dir():
            for one in sorted(path.rglob("*")):
                if one.is_file():
                    self.files[one.relative_to(path).as_posix()] = one.read_bytes()
        else:
            with zipfile.ZipFile(path) as archive:
                for one in archive.infolist():
                    if one.filename in self.files or ".." in one.filename.split("/") or one.filename.startswith("/"):
                        raise Wrong(
                            "ett filnamn förekommer två gånger eller pekar utanför",
                            "a name occurs twice or points outside",
                        )
                    if one.file_size > MOST_BYTES:
                        raise Wrong(f"{one.filename} är för stor", f"{one.filename} is too large")
                    self.files[one.filename] = archive.read(one)


def plain(text):
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def without_twins(pairs):
    """An object whose names are all different; another reader might take the other of two."""
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise Wrong("ett namn förekommer två gånger", "a name occurs twice")
    return dict(pairs)


class Report:
    """Says each line in both languages, and remembers whether anything was wrong."""

    def __init__(self):
        self.faults = 0

    def good(self, name, sv, en):
        self._say("OK ", name, sv, en)

    def note(self, name, sv, en):
        self._say("-- ", name, sv, en)

    def bad(self, name, sv, en):
        self.faults += 1
        self._say("FEL", name, sv, "WRONG: " + en)

    @staticmethod
    def _say(mark, name, *lines):
        """A name from outside is shown so that it can neither hide a line nor make one up."""
        print(f"{mark}  {plain(name)}", *[f"       {plain(one)}" for one in lines], sep="\n")


def verify(bundle, key_line, report):
    files, seen = bundle.files, {"verify.py", "index.html", "log.vkey", "rotations.json", "manifest.note"}
    keys = keys_of(files, key_line, report)
    if keys is None:
        return
    case = check_manifest(files, keys, report)
    told = Told()
    for name in sorted(one for one in files if one.startswith("entries/") and one.endswith(".json")):
        seen |= {name, name[: -len(".json")] + ".tlog-proof"}
        verify_entry(files, name, keys, told, report)
    if not told.entries:
        report.bad("entries/", "ingen post kunde kontrolleras", "no entry could be verified")
    check_whole(told, case, report)
    check_values(files, seen, told, report)
    check_digests(files, seen, told, report)
    for name in sorted(set(files) - seen):
        report.bad(name, "ingen post i loggen står för den här filen", "no entry of the log vouches for this file")
    print()
    say_decisions(told)
    if report.faults:
        print(f"{report.faults} fel. / {report.faults} faults.")
    else:
        print("Allt stämmer. / Everything holds.")
    print("Läs index.html mot besluten ovan: det är posterna som bevisar.")
    print("Read index.html against the decisions above: it is the entries that prove.")
    digest = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    print(f"Det här programmet / this program: SHA-256 {digest}")


def check_manifest(files, keys, report):
    """Every file is the one that was signed for, and none is missing; returns the case that it was signed for."""
    try:
        text, _, block = files["manifest.note"].decode("utf-8").rpartition("\n\n")
        if not any(signed_by(text + "\n", block, key) for key in keys):
            raise Wrong("förteckningen är inte underskriven med nyckeln", "the key has not signed the manifest")
        first, case, *lines = text.split("\n")
        if first != MANIFEST:
            raise Wrong("förteckningen har fel form", "the manifest has the wrong form")
        listed = dict(reversed(line.split(" ", 1)) for line in lines)
    except Wrong as wrong:
        report.bad("manifest.note", wrong.sv, wrong.en)
        return None
    except Exception as error:
        name = type(error).__name__
        report.bad("manifest.note", f"går inte att läsa ({name})", f"cannot be read ({name})")
        return None
    for name in sorted(set(listed) | (set(files) - {"manifest.note"})):
        if name not in files:
            report.bad(name, "saknas i utdraget", "is missing from the bundle")
        elif name not in listed:
            report.bad(
                name, "fanns inte i utdraget när det lämnades ut", "was not in the bundle when it was handed out"
            )
        elif hashlib.sha256(files[name]).hexdigest() != listed[name]:
            report.bad(name, "är inte den fil som lämnades ut", "is not the file that was handed out")
    return case


def signed_by(text, block, key):
    """Whether one of these signature lines is by this key over this text (C2SP signed-note)."""
    name, identity, public = key
    for line in block.split("\n"):
        signer, _, encoded = line.removeprefix("\u2014 ").partition(" ")
        raw = unb64(encoded)
        if signer == name and raw[:4] == identity:
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], text.encode())
                return True
            except InvalidSignature:
                return False
    return False


def digest_of(lines):
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def check_whole(told, case, report):
    """All entries are of one case, and all that there were when it was handed out are here."""
    cases = {entry["case"] for entry, _ in told.read} | ({case} if case else set())
    if len(cases) > 1:
        report.bad("entries/", "posterna hör till olika ärenden", "the entries belong to different cases")
    handed = told.handed_out()
    if handed is None:
        report.bad("entries/", "ingen post säger att ärendet lämnades ut", "no entry says that the case was handed out")
        return
    before = [leaf for entry, leaf in told.read if entry["seq"] < handed["seq"]]
    if digest_of(before) != handed["data"]["entries"]:
        report.bad(
            "entries/",
            "är inte alla de poster som ärendet hade när det lämnades ut",
            "are not all the entries that the case had when it was handed out",
        )
    elif any(entry["seq"] > handed["seq"] for entry, _ in told.read):
        report.bad("entries/", "en post är yngre än utlämnandet", "an entry is younger than the handing out")
    else:
        report.good("entries/", "är alla poster som ärendet hade", "are all the entries that the case had")


OUTCOMES = {
    "approval": ("bifall", "approval"),
    "partial_approval": ("delvis bifall", "approval in part"),
    "refusal": ("avslag", "refusal"),
    "dismissal": ("avvisning", "dismissal"),
    "write_off": ("avskrivning", "written off"),
    "revocation": ("återkallelse", "revocation"),
    "recovery": ("återkrav", "recovery"),
}


def say_decisions(told):
    """Each decision as its entry has it: what, how much, by whom and on what day (UTC)."""
    for entry, _ in told.read:
        if entry["type"] != "case:decided":
            continue
        data = entry["data"]
        sv, en = OUTCOMES.get(data["outcome"], (data["outcome"], data["outcome"]))
        amount = "" if data["amount_ore"] is None else f", {data['amount_ore'] / 100:.2f} kr"
        where = f"post/entry {entry['seq']}, {data['diary_number']}"
        print(plain(f"Beslut / decision {entry['at'][:10]}: {sv} / {en}{amount}, {entry['actor']['id']} ({where})"))
    if told.entries:
        print()


class Told:
    """What the entries that hold vouch for: digests, erasures, rule sets; the entries themselves, and their hashes."""

    def __init__(self):
        self.vouched, self.erased, self.erased_files, self.rule_sets = set(), set(), set(), set()
        self.read, self.opened = [], set()

    @property
    def entries(self):
        return len(self.read)

    def of_type(self, type):
        return [entry for entry, _ in self.read if entry["type"] == type]

    def handed_out(self):
        """The last entry that says the case was handed out: the one of this bundle."""
        return next(reversed(self.of_type("case:handed-out")), None)


def keys_of(files, key_line, report):
    """The keys that count: the one that was given, or the bundle's own, and those it has vouched for since."""
    given = key_line is not None
    try:
        line = key_line if given else files["log.vkey"].decode("ascii")
        rotations = json.loads(files.get("rotations.json", b"[]"))
        keys = vouched_keys(read_key(line), line, rotations if isinstance(rotations, list) else [])
    except (Wrong, KeyError, ValueError):
        report.bad("log.vkey", "det finns ingen giltig nyckel", "there is no valid key")
        return None
    if given:
        report.good("--key", "den nyckel du angav används", "the key you gave is used")
    else:
        report.note(
            "log.vkey",
            "nyckeln kommer ur utdraget självt: jämför den med den som staden har lämnat ut: "
            + files["log.vkey"].decode().strip(),
            "the key comes from the bundle itself: compare it with the one the City has handed out",
        )
    return keys


def verify_entry(files, name, keys, told, report):
    """One entry with its proof; what it vouches for is noted where it holds."""
    try:
        entry, size = check_entry(files[name], files[name[: -len(".json")] + ".tlog-proof"], keys)
    except Wrong as wrong:
        report.bad(name, wrong.sv, wrong.en)
        return
    except Exception as error:  # whatever a spoilt file makes us raise is a fault in it
        report.bad(name, f"går inte att läsa ({type(error).__name__})", f"cannot be read ({type(error).__name__})")
        return
    data = entry.get("data")
    told.vouched |= set(hexes(data))
    told.rule_sets |= set(named(data))
    check_version(name, entry, report)
    if entry.get("type") == "value:erased" and entry.get("type_version") in ERASED_IN:
        told.erased |= set(data[ERASED_IN[entry["type_version"]]])
        told.erased_files |= set(data["enclosures"])
    told.read.append((entry, leaf_hash(files[name]).hex()))
    derived = f"entries/{entry['seq']:06d}-{entry['type'].replace(':', '-')}.json"
    if name != derived:
        report.bad(name, f"heter inte som posten: {derived}", f"is not called as the entry is: {derived}")
    report.good(
        name,
        f"är post {entry['seq']} i loggen, oförändrad ({entry['at']}), enligt kontrollpunkten över {size} poster",
        f"is entry {entry['seq']} of the log, unchanged ({entry['at']}), by the checkpoint over {size} entries",
    )


def check_values(files, seen, told, report):
    """Each opened value is the one that an entry has committed to; none is missing, and only what was to be is masked."""
    seen.add("values.json")
    try:
        values = json.loads(files["values.json"], object_pairs_hook=without_twins)
        assert isinstance(values, dict)
    except (Exception, Wrong):
        report.bad("values.json", "går inte att läsa", "cannot be read")
        return
    of_kind = {"opened": set(), "masked": set(), "erased": set()}
    for name, one in values.items():
        field = f" {one.get('field', '')!s}" if isinstance(one, dict) else ""
        try:
            of_kind[kind_of(name, one, told)].add(name)
        except Wrong as wrong:
            report.bad(f"values.json:{field} {name[:12]}", wrong.sv, wrong.en)
        except Exception as error:
            why = type(error).__name__
            report.bad(f"values.json:{field} {name[:12]}", f"går inte att läsa ({why})", f"cannot be read ({why})")
    told.opened = of_kind["opened"]
    check_withheld(values, of_kind["masked"], told, report)
    opened, masked, erased = (len(of_kind[kind]) for kind in ("opened", "masked", "erased"))
    report.good(
        "values.json",
        f"{opened} uppgifter stämmer, {masked} är maskerade, {erased} är gallrade",
        f"{opened} values hold, {masked} are masked, {erased} are erased",
    )


def kind_of(name, one, told):
    """Whether a value is opened, masked or erased, as it may be by the entries; raises Wrong where it may not."""
    if name not in told.vouched:
        raise Wrong("ingen post har förbundit sig till värdet", "no entry has committed to the value")
    if set(one) == {"field", "masked"} and one["masked"] is True:
        return "masked"
    if set(one) == {"field", "erased"}:
        if name not in told.erased:
            raise Wrong("ingen post säger att värdet är gallrat", "no entry says that the value was erased")
        return "erased"
    if set(one) != {"field", "value", "salt"}:
        raise Wrong("uppgiften har fel form", "the value has the wrong form")
    if commitment(one["field"], one["value"], bytes.fromhex(one["salt"])) != name:
        raise Wrong("värdet är inte det som posten förband sig till", "the value is not the one committed to")
    return "opened"


def check_withheld(values, masked, told, report):
    """All values of the entries are there, and those are masked that the entry of the handing out says."""
    handed = told.handed_out()
    if handed is None:
        return
    if digest_of(sorted(values)) != handed["data"]["values"]:
        report.bad("values.json", "är inte alla uppgifter som posterna har", "are not all the values of the entries")
    if digest_of(sorted(masked)) != handed["data"]["withheld"]:
        report.bad(
            "values.json",
            "andra uppgifter är maskerade än när ärendet lämnades ut",
            "other values are masked than when the case was handed out",
        )


#: How the name of a file ends, by what it is.
ENDINGS = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "text/plain": ".txt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.text": ".odt",
}


def check_digests(files, seen, told, report):
    """Enclosures and rule sets are the bytes whose digest an entry names, under the names that follow from it."""
    derived, wanted = {}, set()
    for entry in told.of_type("enclosure:added"):
        data = entry["data"]
        name = f"enclosures/{data['sha256'][:12]}-{data['kind']}{ENDINGS.get(data['media_type'], '')}"
        derived[name] = data["sha256"]
        if data["name"] in told.opened and data["enclosure"] not in told.erased_files:
            wanted.add(name)
    for name in sorted(wanted - set(files)):
        report.bad(name, "saknas: posten nämner filen", "is missing: an entry names the file")
    for name in sorted(one for one in files if one.startswith(("enclosures/", "rulesets/"))):
        seen.add(name)
        digest = hashlib.sha256(files[name]).hexdigest()
        if name.startswith("rulesets/"):
            holds = name.endswith(".toml") and (name[len("rulesets/") : -len(".toml")], digest) in told.rule_sets
        else:
            holds = derived.get(name) == digest
        if holds:
            report.good(name, "är den fil som loggen nämner", "is the file that the log names")
        else:
            report.bad(name, "är inte en fil som loggen nämner", "is not a file that the log names")


def main(arguments):
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    key_line, rest = None, list(arguments)
    if "--key" in rest:
        at = rest.index("--key")
        key_line = rest[at + 1] if at + 1 < len(rest) else ""
        del rest[at : at + 2]
    if any(one in ("-h", "--help") for one in rest):
        print(__doc__)
        return 0
    report = Report()
    try:
        bundle = Bundle(rest[0] if rest else pathlib.Path(__file__).resolve().parent)
    except Exception as error:
        print(f"FEL: utdraget går inte att läsa / WRONG: the bundle cannot be read ({type(error).__name__})")
        return 1
    verify(bundle, key_line, report)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
