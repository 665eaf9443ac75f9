"""Images from folders, tables and arrays; hostile files are refused or left out and told."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.errors import InputError
from autoglm_agent.images.reading import read_files, read_images

Image = pytest.importorskip("PIL.Image")


def square(shade: int, side: int = 16, colour: bool = False) -> np.ndarray:
    rng = np.random.default_rng(shade)
    image = np.clip(rng.normal(shade, 5, (side, side)), 0, 255).astype(np.uint8)
    return np.stack([image, image // 2, 255 - image], axis=2) if colour else image


def encoded(image: np.ndarray, form: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, form)
    return buffer.getvalue()


def test_a_folder_per_class(tmp_path: Path) -> None:
    for i in range(6):
        place = tmp_path / ("dark" if i % 2 else "light") / f"{i}.png"
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(encoded(square(50 if i % 2 else 200)))
    images, labels, notes = read_images(tmp_path)
    assert images.shape == (6, 16, 16, 1)  # grey, and all are smaller than 32
    assert labels == ["dark"] * 3 + ["light"] * 3
    assert images[:3].mean() < 60 < 190 < images[3:].mean()
    assert notes == []


def test_a_table_of_paths_stays_within_its_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(encoded(square(1)))
    place = tmp_path / "data"
    place.mkdir()
    for i in range(4):
        (place / f"{i}.jpg").write_bytes(encoded(square(60 * i, colour=True), "JPEG"))
    table = place / "t.csv"
    pd.DataFrame({"file": [f"{i}.jpg" for i in range(4)], "Label": list("abab")}).to_csv(table)
    images, labels, _ = read_images(table, size=8)
    assert images.shape == (4, 8, 8, 3)
    assert labels == list("abab")
    pd.DataFrame({"file": ["../secret.png"] * 4, "label": list("abab")}).to_csv(table)
    with pytest.raises(InputError, match="outside the table's folder"):
        read_images(table)


def test_a_parquet_of_encoded_images_and_one_of_pixel_columns(tmp_path: Path) -> None:
    data = [{"bytes": encoded(square(s)), "path": None} for s in (10, 100, 200)]
    pd.DataFrame({"image": data, "label": [0, 1, 2]}).to_parquet(tmp_path / "a.parquet")
    images, labels, _ = read_images(tmp_path / "a.parquet")
    assert images.shape == (3, 16, 16, 1)
    assert labels == [0, 1, 2]
    pixels = pd.DataFrame(np.arange(128).reshape(2, 64)).add_prefix("p")
    pixels.assign(y=["a", "b"]).to_parquet(tmp_path / "b.parquet")
    images, labels, _ = read_images(tmp_path / "b.parquet")
    assert images.shape == (2, 8, 8, 1)
    assert images[0, 0, 0, 0] < images[0, 7, 7, 0] < images[1, 7, 7, 0]


def test_arrays_of_any_range_become_bytes(tmp_path: Path) -> None:
    grey = np.random.default_rng(0).integers(0, 17, (10, 8, 8)).astype(np.float64)
    np.savez(tmp_path / "a.npz", images=grey, y=np.arange(10) % 2)
    images, labels, _ = read_images(tmp_path / "a.npz")
    assert images.dtype == np.uint8
    assert images.shape == (10, 8, 8, 1)
    assert images.max() == 255
    assert labels == [0, 1] * 5
    bytes_ = np.random.default_rng(0).integers(0, 255, (4, 3, 64, 64)).astype(np.uint8)
    np.savez(tmp_path / "b.npz", x=bytes_, labels=np.arange(4))
    images, _, _ = read_images(tmp_path / "b.npz")
    assert images.shape == (4, 32, 32, 3)
    assert abs(float(images.mean()) - float(bytes_.mean())) < 1  # averaged, not sampled


def test_pickles_bombs_and_broken_files_do_no_harm(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=np.array([{"a": 1}] * 3, dtype=object), y=np.arange(3))
    with pytest.raises(InputError, match="plain arrays"):
        read_images(tmp_path / "a.npz")
    place = tmp_path / "classes" / "a"
    place.mkdir(parents=True)
    (place / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 50)
    (place / "script.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    bomb = io.BytesIO()
    Image.new("L", (9000, 9000)).save(bomb, "PNG")
    (place / "bomb.png").write_bytes(bomb.getvalue())
    (place / "fine.png").write_bytes(encoded(square(10)))
    images, _, notes = read_images(tmp_path / "classes")
    assert len(images) == 1
    assert notes[0].startswith("3 files cannot be read")


def test_what_holds_no_images_says_what_to_give(tmp_path: Path) -> None:
    for name, match in (("nothing", "no '|There is no"), ("t.txt", "labelled images")):
        if name == "t.txt":
            (tmp_path / name).write_text("x")
        with pytest.raises(InputError, match=match):
            read_images(tmp_path / name)
    with pytest.raises(InputError, match="no folders with images"):
        read_images(tmp_path)
    pd.DataFrame({"a": [1.0], "b": [2.0]}).to_csv(tmp_path / "u.csv", index=False)
    with pytest.raises(InputError, match="--label"):
        read_images(tmp_path / "u.csv")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "is empty.*header line"),
        (b"file,label\n\xff\xfe,a\n", "no UTF-8 text.*Save it as UTF-8"),
        (b"file,label\na,b\nc,d,e,f\n", "line 3.*Correct that place"),
        (b"x,label\n1,a\n", "no square image.*paths of image files"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(data: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(data)
    with pytest.raises(InputError, match=told):
        read_images(tmp_path / "t.csv")


def test_new_files_are_brought_to_the_models_shape(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encoded(square(90, colour=True)))
    assert read_files([tmp_path / "a.png"], (8, 8, 3)).shape == (1, 8, 8, 3)
    grey = read_files([tmp_path / "a.png"], (8, 8, 1))
    assert grey.shape == (1, 8, 8, 1)
    wanted = 0.299 * 90 + 0.587 * 45 + 0.114 * 165
    assert abs(float(grey.mean()) - wanted) < 3
    with pytest.raises(InputError):
        read_files([tmp_path / "none.png"], (8, 8, 1))
