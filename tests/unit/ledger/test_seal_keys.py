"""Keys: one a person, made once, destroyed for ever."""

from __future__ import annotations

import multiprocessing
import stat
import threading
from pathlib import Path

import pytest

from ledger.seal import KeyLost, Keys, PersonForgotten

CONTEXT = [b"acme", b"Told", b"key"]


@pytest.fixture
def keys(tmp_path: Path):
    opened = Keys.open(tmp_path / "keys.db")
    yield opened
    opened.close()


def test_an_address_has_one_pseudonym_whatever_its_case_and_spaces(keys: Keys) -> None:
    assert keys.person(" Ada@Example.com\n") == keys.person("ada@example.com")
    assert keys.person("ada@example.com") != keys.person("bob@example.com")
    assert keys.person("ada@example.com").startswith("p-")
    assert "ada" not in keys.person("ada@example.com")


def test_a_pseudonym_stays_the_same_after_a_restart(tmp_path: Path) -> None:
    first = Keys.open(tmp_path / "keys.db")
    before = first.person("ada@example.com")
    first.close()
    second = Keys.open(tmp_path / "keys.db")
    assert second.person("ada@example.com") == before
    second.close()


def test_two_companies_never_share_a_pseudonym(tmp_path: Path) -> None:
    one, other = Keys.open(tmp_path / "one.db"), Keys.open(tmp_path / "other.db")
    assert one.person("ada@example.com") != other.person("ada@example.com")
    one.close()
    other.close()


def test_only_the_owner_can_read_the_file_of_keys(tmp_path: Path) -> None:
    path = tmp_path / "keys.db"
    path.touch(mode=0o644)
    Keys.open(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_equal_content_in_the_same_place_is_sealed_to_equal_bytes(keys: Keys) -> None:
    cipher = keys.cipher("p-ada")
    assert cipher.seal(b"secret", CONTEXT) == cipher.seal(b"secret", CONTEXT)
    assert cipher.seal(b"secret", CONTEXT) != cipher.seal(b"secret", [b"elsewhere"])
    assert cipher.seal(b"secret", CONTEXT) != keys.cipher("p-bob").seal(b"secret", CONTEXT)


def test_a_key_survives_a_restart(tmp_path: Path) -> None:
    first = Keys.open(tmp_path / "keys.db")
    sealed = first.cipher("p-ada").seal(b"secret", CONTEXT)
    first.close()
    second = Keys.open(tmp_path / "keys.db")
    assert second.cipher("p-ada").open(sealed, CONTEXT) == b"secret"
    second.close()


def test_a_seal_that_was_moved_or_changed_does_not_open(keys: Keys) -> None:
    sealed = keys.cipher("p-ada").seal(b"secret", CONTEXT)
    with pytest.raises(KeyLost, match=r"keys\.db"):
        keys.cipher("p-ada").open(sealed, [b"elsewhere"])
    with pytest.raises(KeyLost):
        keys.cipher("p-ada").open(sealed[:-1] + bytes([sealed[-1] ^ 1]), CONTEXT)


def test_a_forgotten_person_never_gets_a_key_again(tmp_path: Path) -> None:
    keys = Keys.open(tmp_path / "keys.db")
    keys.cipher("p-ada")
    keys.forget("p-ada")
    with pytest.raises(PersonForgotten):
        keys.cipher("p-ada")
    keys.close()
    again = Keys.open(tmp_path / "keys.db")
    with pytest.raises(PersonForgotten):
        again.cipher("p-ada")
    assert again.opener("p-ada") is None
    again.close()


def test_a_destroyed_key_is_not_left_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.db"
    keys = Keys.open(path)
    keys.cipher("p-ada")
    secret = keys._store.connection.execute("SELECT secret FROM person_keys").fetchone()[0]
    assert secret in path.read_bytes()
    keys.forget("p-ada")
    keys.close()
    left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert secret not in left


def test_somebody_unknown_can_be_forgotten_in_advance(keys: Keys) -> None:
    keys.forget("p-new")
    with pytest.raises(PersonForgotten):
        keys.cipher("p-new")


def test_a_key_that_never_was_here_is_a_lost_key_and_no_erasure(keys: Keys) -> None:
    with pytest.raises(KeyLost, match="p-nobody"):
        keys.opener("p-nobody")


def test_forgetting_in_another_process_is_noticed(tmp_path: Path) -> None:
    here, there = Keys.open(tmp_path / "keys.db"), Keys.open(tmp_path / "keys.db")
    here.cipher("p-ada")
    there.forget("p-ada")
    here.refresh()
    assert here.opener("p-ada") is None
    with pytest.raises(PersonForgotten):
        here.cipher("p-ada")
    here.close()
    there.close()


def test_keys_for_many_are_made_at_once_without_the_forgotten(keys: Keys) -> None:
    keys.forget("p-gone")
    keys.ensure(["p-a", "p-b", "p-gone", "p-a"])
    rows = keys._store.connection.execute("SELECT person FROM person_keys ORDER BY 1").fetchall()
    assert rows == [("p-a",), ("p-b",)]


def test_threads_that_want_the_same_key_get_the_same(keys: Keys) -> None:
    sealed: list[bytes] = []
    start = threading.Barrier(8)

    def seal() -> None:
        start.wait()
        sealed.append(keys.cipher("p-ada").seal(b"secret", CONTEXT))

    threads = [threading.Thread(target=seal) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sealed) == 8
    assert len(set(sealed)) == 1


def _seal_in_process(path: str, barrier, results) -> None:
    keys = Keys.open(path)
    barrier.wait()
    results.put((keys.person("a@b"), keys.cipher("p-ada").seal(b"secret", CONTEXT)))
    keys.close()


def test_two_processes_that_make_the_same_key_end_with_one(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    barrier, results = spawn.Barrier(2), spawn.Queue()
    path = str(tmp_path / "keys.db")
    both = [spawn.Process(target=_seal_in_process, args=(path, barrier, results)) for _ in "ab"]
    for process in both:
        process.start()
    found = {results.get(timeout=60) for _ in both}
    for process in both:
        process.join()
    assert len(found) == 1


def test_keys_of_many_persons_are_not_all_kept_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.seal.MOST_CIPHERS", 3)
    keys = Keys.open(tmp_path / "keys.db")
    sealed = {f"p-{n}": keys.cipher(f"p-{n}").seal(b"hello", [b"c"]) for n in range(10)}
    assert len(keys._ciphers) <= 3
    assert all(keys.cipher(p).open(data, [b"c"]) == b"hello" for p, data in sealed.items())
    keys.close()
