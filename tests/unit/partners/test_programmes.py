"""The files of `programmes/`: which programme a partnership has, and what is wrong with a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from jembatan.programmes import BadProgramme, load_programme, load_programmes

ROOT = Path(__file__).parents[3] / "programmes"
SCHEMES = (ROOT / "schemes.toml").read_text()


def folder(path: Path, **files: str) -> Path:
    (path / "schemes.toml").write_text(SCHEMES)
    for name, text in files.items():
        (path / f"{name}.toml").write_text(text)
    return path


def header(name: str, **key: str) -> str:
    lines = [f'{part} = "{value}"' for part, value in key.items()]
    return "\n".join(["[programme]", f'id = "{name}"', 'version = "1"', *lines, ""])


def test_the_projects_own_files() -> None:
    programmes = load_programmes(ROOT)
    needs = {one.code: bool(one.instruments) for one in programmes.schemes}
    assert needs == {"G2G": True, "G2P": True, "P2P": False, "UKPS": False, "MANDIRI": False}
    assert [one.code for one in programmes.schemes if one.safeguarded] == ["G2G"]
    assert all(one.vacancies.cost_items_never_worker.refuses for one in programmes.programmes)


def test_the_most_exact_programme_is_taken(tmp_path: Path) -> None:
    wide = header("wide", origin="ID") + "[vacancies]\nverification = true\n"
    programmes = load_programmes(
        folder(tmp_path, wide=wide, exact=header("exact", origin="ID", scheme="P2P"))
    )
    names = {
        partnership: getattr(programmes.for_partnership(partnership), "name", None)
        for partnership in ("ID:CA-NB:ISIC4-Q:G2G:1", "ID:CA-NB:ISIC4-Q:P2P:2", "PH:CA-NB:ISIC4-Q:P2P:1")
    }
    assert list(names.values()) == ["wide/1", "exact/1", None]
    assert programmes.vacancy_rules("ID:CA-NB:ISIC4-Q:G2G:1").verification
    default = programmes.vacancy_rules("PH:CA-NB:ISIC4-Q:P2P:1")
    assert default.cost_items_never_worker.has("anything")
    assert not default.verification


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[programme", "not TOML"),
        ("", "programme: Field required"),
        (header("a", origin="Indonesia"), "programme.origin"),
        (header("a") + "[elegibility]\n", "elegibility"),
        (header("a") + "[vacancies.excluded_teer]\nteer = [7]\nbasis = 'x'\nknown = 'source'\n", "teer.0"),
        (header("a") + "[vacancies.excluded_teer]\nteer = [5]\n", "vacancies.excluded_teer.basis"),
        (header("a") + "[vacancies.excluded_teer]\nteer = [5]\nbasis = 'x'\nknown = 'maybe'\n", "known"),
    ],
)
def test_a_wrong_file_is_named_with_its_fault(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadProgramme) as error:
        load_programmes(folder(tmp_path, wrong=text, right=header("right")))
    assert "wrong.toml" in str(error.value)
    assert said in str(error.value)
    with pytest.raises(BadProgramme, match=r"wrong\.toml"):
        load_programme(tmp_path / "wrong.toml")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (header("a", origin="ID"), header("a", origin="PH")),
        (header("a", origin="ID"), header("b", scheme="G2G")),
        (header("a"), header("b")),
    ],
)
def test_programmes_between_which_nothing_decides(tmp_path: Path, one: str, other: str) -> None:
    with pytest.raises(BadProgramme, match="same id or are for the same partnerships"):
        load_programmes(folder(tmp_path, one=one, other=other))


def test_schemes_are_needed_and_right(tmp_path: Path) -> None:
    with pytest.raises(BadProgramme, match="there is no such file"):
        load_programmes(tmp_path)
    first = SCHEMES.index("[[scheme]]")
    (tmp_path / "schemes.toml").write_text(SCHEMES[first:] * 2)
    with pytest.raises(BadProgramme, match="schemes with the same code: G2G"):
        load_programmes(tmp_path)
    memory = SCHEMES.replace('known = "source"', 'known = "memory"', 1)
    (tmp_path / "schemes.toml").write_text(memory)
    with pytest.raises(BadProgramme, match="G2G: what is known from memory may not ask"):
        load_programmes(tmp_path)
