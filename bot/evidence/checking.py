"""The script that goes along with the evidence: it checks the folder with nothing but Python."""

from __future__ import annotations

from typing import Final

CHECKER: Final = '''"""Check this folder: `python3 verify.py`. Needs Python 3.8 and nothing else.

Each line of chain.jsonl is one recorded fact: its columns, the hash of the fact before it, and its
own hash, which is sha256(hash before + MessagePack of the columns). files.json holds the sha256 of
every file, and is itself what you should have been told the sha256 of.
"""
import base64
import hashlib
import json
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def pack(value):
    if value is None:
        return b"\\xc0"
    if isinstance(value, int):
        return number(value)
    text = isinstance(value, str)
    data = value.encode() if text else value
    size = len(data)
    if text and size < 32:
        return bytes([0xA0 | size]) + data
    codes = (0xD9, 0xDA, 0xDB) if text else (0xC4, 0xC5, 0xC6)
    for code, form, most in zip(codes, (">B", ">H", ">I"), (0xFF, 0xFFFF, 0xFFFFFFFF)):
        if size <= most:
            return bytes([code]) + struct.pack(form, size) + data
    raise ValueError("too long")


def number(value):
    if 0 <= value < 128:
        return bytes([value])
    for code, form, most in ((0xCC, ">B", 0xFF), (0xCD, ">H", 0xFFFF), (0xCE, ">I", 0xFFFFFFFF)):
        if 0 <= value <= most:
            return bytes([code]) + struct.pack(form, value)
    if value >= 0:
        return b"\\xcf" + struct.pack(">Q", value)
    raise ValueError("no column is below zero")


def column(value):
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value


def main():
    wrong = []
    with open(os.path.join(HERE, "files.json"), encoding="utf-8") as file:
        files = json.load(file)
    for name, sha in sorted(files.items()):
        try:
            with open(os.path.join(HERE, *name.split("/")), "rb") as file:
                found = hashlib.sha256(file.read()).hexdigest()
        except OSError as error:
            wrong.append("%s: cannot be read (%s)" % (name, error.strerror))
            continue
        if found != sha:
            wrong.append("%s: was changed" % name)
    facts, linked, last, versions = 0, 0, None, {}
    with open(os.path.join(HERE, "chain.jsonl"), encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            columns = [column(each) for each in row["columns"]]
            previous = bytes.fromhex(row["previous"])
            packed = bytes([0x90 | len(columns)]) + b"".join(pack(each) for each in columns)
            facts += 1
            if hashlib.sha256(previous + packed).hexdigest() != row["hash"]:
                wrong.append("fact %s: its content is not what its hash was made of" % columns[1])
            if last and columns[1] == last[0] + 1:
                linked += 1
                if row["previous"] != last[1]:
                    wrong.append("fact %s: it does not follow the one before it" % columns[1])
            if last and columns[1] <= last[0]:
                wrong.append("fact %s: out of order" % columns[1])
            last = (columns[1], row["hash"])
            versions.setdefault(columns[3], []).append(columns[4])
    with open(os.path.join(HERE, "case.json"), encoding="utf-8") as file:
        case = json.load(file)["case"]
    if versions.get(case) != list(range(1, len(versions.get(case, ())) + 1)):
        wrong.append("case %s: a fact of it is missing" % case)
    print("%d files, %d facts, %d of them next to each other" % (len(files), facts, linked))
    print("\\n".join(wrong) if wrong else "All hashes are right; no fact is missing.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
'''
