"""Where a kept demo is found."""

from __future__ import annotations

from pathlib import Path

from cli.demo import home


def test_folder_points_to_the_kept_demo_also_after_another(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "runtime.json").write_text("{}")
    for _ in range(2):
        home.keep(tmp_path)
        assert (tmp_path / "runtime.json").read_text() == "{}"


def test_what_another_platform_wrote_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "runtime.json").write_text("another's")
    home.keep(tmp_path)
    assert not (tmp_path / "runtime.json").is_symlink()


def test_what_a_stopped_demo_left_is_renewed(tmp_path: Path) -> None:
    (tmp_path / "runtime.json").symlink_to("demo/runtime.json")
    home.keep(tmp_path)
    assert (tmp_path / "runtime.json").is_symlink()
