"""Texts and images that cannot be learned from: one line that names the file or row, and exit 2."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from autoglm_agent.automl.raw.sealing import seal
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import InputError
from autoglm_agent.images.classify import image_inputs
from autoglm_agent.images.export import check_export
from autoglm_agent.images.reading import read_files, read_images
from autoglm_agent.text.reading import read_texts, text_inputs

Image = pytest.importorskip("PIL.Image")


def png(path: Path, shade: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(shade).integers(0, 200, (8, 8, 3)) + shade
    Image.fromarray(pixels.astype(np.uint8)).save(path)


def table(folder: Path, text: str) -> Path:
    (folder / "said.csv").write_text(text, "utf-8")
    return folder / "said.csv"


def test_a_file_that_is_no_image_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    for i in range(4):
        png(tmp_path / "ab"[i % 2] / f"{i}.png", i)
    (tmp_path / "a" / "broken.png").write_bytes(b"no image")
    (tmp_path / "b" / "notes.xyz").write_text("?")
    images, labels, notes = read_images(tmp_path)
    assert len(images) == len(labels) == 4
    assert "broken.png" in notes[0]
    assert "notes.xyz" in notes[1]
    with pytest.raises(InputError, match=r"broken\.png"):
        read_files([tmp_path / "a" / "broken.png"], (8, 8, 3))


def test_a_folder_without_images_names_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "song.mp3").write_bytes(b"la")
    with pytest.raises(InputError, match=r"song\.mp3 has no ending of an image"):
        read_images(tmp_path)
    (tmp_path / "a" / "one.png").write_bytes(b"garbage")
    with pytest.raises(InputError, match=r"No image can be read; a/one\.png"):
        read_images(tmp_path)


def test_images_of_nine_channels_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "odd.npz", X=np.zeros((30, 7, 5, 9)), y=np.arange(30) % 2)
    with pytest.raises(InputError, match=r"\(7, 5, 9\) in odd\.npz"):
        read_images(tmp_path / "odd.npz")


def test_empty_texts_are_left_out_with_their_row(tmp_path: Path) -> None:
    inputs = read_texts(table(tmp_path, "text,label\nhello,a\n   ,b\n,a\nworld,b\n"))
    assert list(inputs.values) == ["hello", "world"]
    assert inputs.notes == ("2 rows lack a text or a label, first row 2.",)
    with pytest.raises(InputError, match=r"No row of said\.csv"):
        read_texts(table(tmp_path, "text,label\n  ,a\n ,b\n"))
    with pytest.raises(InputError, match="both text and label"):
        read_texts(table(tmp_path, "text,label\nx,a\n"), text="label")


def test_empty_files_are_left_out_with_their_name(tmp_path: Path) -> None:
    for name, text in (("a/1", "hello"), ("b/2", " \n"), ("b/3", "world")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.txt").write_text(text)
    inputs = read_texts(tmp_path)
    assert list(inputs.labels) == ["a", "b"]
    assert inputs.notes == ("1 files are empty, first b/2.txt.",)


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "One text is too few"), (19, "19 texts are too few"), (40, "All 40 texts have the label")],
)
def test_too_few_texts_and_a_single_class_are_told(tmp_path: Path, count: int, said: str) -> None:
    inputs = text_inputs([f"text {i}" for i in range(count)], ["a"] * count, "x")
    with pytest.raises(InputError, match=said):
        seal(Workspace(tmp_path / "run"), inputs, metric=None, seed=0)


def test_a_single_class_of_images_is_told(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 255, (30, 8, 8, 1)).astype(np.uint8)
    with pytest.raises(InputError, match="All 30 images have the label 'cat'"):
        seal(Workspace(tmp_path / "run"), image_inputs(images, ["cat"] * 30, "x"),
             metric=None, seed=0)  # fmt: skip


def test_the_command_ends_with_exit_2_and_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from autoglm_agent.cli.main import main

    path = table(tmp_path, "text,label\nhello,a\n")
    monkeypatch.setattr("sys.argv", ["autoglm", "text", "train", str(path), "--runs",
                                     str(tmp_path / "runs")])  # fmt: skip
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    told = capsys.readouterr().err.strip().splitlines()
    assert told == [
        "error: One text is too few to learn from and to check.",
        "remedy: Give 20 at least.",
    ]


def test_an_export_that_cannot_be_is_refused_before_training() -> None:
    pytest.importorskip("torch")
    pytest.importorskip("onnxruntime")
    assert check_export("onnx", [], None) == ("network",)
    for form, families, backbone in (
        ("litert", [], None), ("onnx", ["kernel"], None), ("onnx", [], "some-model"),
    ):  # fmt: skip
        with pytest.raises(InputError, match="cannot be exported"):
            check_export(form, families, backbone)
