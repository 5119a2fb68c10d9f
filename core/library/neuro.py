"""Modules for brain images: reading NIfTI files, taking series apart, and measuring their quality."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..worker import Schemes, module
from .atomic import replacing
from .optional import need

if TYPE_CHECKING:
    import numpy as np

ANYWHERE = Schemes(threads=True)


@module(title="Read brain image", category="Neuroimaging", schemes=ANYWHERE)
def read_nifti(path: Path) -> Any:
    """Read a brain image (NIfTI, Analyze, MINC, PAR/REC …) into memory, as a nibabel image.

    Args:
        path: the file.
    """
    nibabel = need("nibabel", "reading brain images")
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no brain image {path}")
    try:
        image = nibabel.load(path)
        return _image(image.get_fdata(caching="unchanged"), image)
    except (nibabel.filebasedimages.ImageFileError, OSError, ValueError, EOFError) as error:
        raise ValueError(f"cannot read the brain image {path}: {error}") from error


@module(title="Write brain image", category="Neuroimaging", schemes=ANYWHERE, cache=False, writes_files=True)
def write_nifti(image: Any, path: Path) -> Path:
    """Write a brain image to a NIfTI file, and give its path.

    Args:
        image: a nibabel image.
        path: the file, ``.nii`` or ``.nii.gz``; it is replaced if it exists.
    """
    if not str(path).endswith((".nii", ".nii.gz")):
        raise ValueError(f"a NIfTI file is called .nii or .nii.gz, not {path}")
    content = image.to_bytes()
    if str(path).endswith(".gz"):
        import gzip

        content = gzip.compress(content, mtime=0)
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return Path(path).expanduser()


@module(title="Split volumes", category="Neuroimaging", schemes=ANYWHERE)
def split_volumes(image: Any) -> list[Any]:
    """List the volumes of a series, each as an image of its own.

    Args:
        image: a nibabel image with four axes, the last one time.
    """
    import numpy as np

    data = _data(image, 4)
    return [_image(np.ascontiguousarray(data[..., t]), image) for t in range(data.shape[-1])]


@module(title="Voxels of an image", category="Neuroimaging", schemes=ANYWHERE)
def voxels(image: Any) -> np.ndarray:
    """Give the numbers of a brain image as an array.

    Args:
        image: a nibabel image.
    """
    import numpy as np

    return np.array(_data(image, None))


@module(title="Image from voxels", category="Neuroimaging", schemes=ANYWHERE)
def image_like(array: np.ndarray, like: Any) -> Any:
    """Make a brain image of an array, in the space of another image.

    Args:
        array: the numbers.
        like: the nibabel image whose position in space it gets.
    """
    import numpy as np

    return _image(np.array(array, dtype=float), like)


@module(title="Stack volumes", category="Neuroimaging", schemes=ANYWHERE)
def stack_volumes(volumes: list[Any]) -> np.ndarray:
    """Put volumes together to an array whose last axis is time.

    Args:
        volumes: nibabel images of one shape, in order.
    """
    import numpy as np

    if not volumes:
        raise ValueError("there are no volumes to stack")
    return np.stack([_data(volume, 3) for volume in volumes], axis=-1)


@module(title="Temporal signal to noise", category="Neuroimaging", schemes=ANYWHERE)
def temporal_snr(series: np.ndarray) -> np.ndarray:
    """Divide the mean of each voxel over time by its standard deviation; 0 where it does not vary.

    Args:
        series: an array whose last axis is time.
    """
    import numpy as np

    data = np.asarray(series, dtype=float)
    deviation = data.std(axis=-1)
    ratio = np.divide(data.mean(axis=-1), deviation, out=np.zeros(deviation.shape), where=deviation > 0)
    return np.asarray(ratio)


@module(title="DVARS", category="Neuroimaging", schemes=ANYWHERE)
def dvars(series: np.ndarray, mask: np.ndarray | None = None) -> list[float]:
    """Measure how much the image changes from each volume to the next: the root mean square over voxels.

    Args:
        series: an array whose last axis is time.
        mask: the voxels to look at; empty means all.
    """
    import numpy as np

    data = np.asarray(series, dtype=float)
    if data.shape[-1] < 2:
        raise ValueError(f"DVARS compares volumes, and there is {data.shape[-1]}")
    chosen = data.reshape(-1, data.shape[-1]) if mask is None else data[np.asarray(mask, dtype=bool)]
    changes = np.diff(chosen, axis=-1)
    return [float(value) for value in np.sqrt(np.mean(changes**2, axis=0))]


def _data(image: Any, axes: int | None) -> np.ndarray:
    """Return the numbers of a brain image; ValueError if it has not as many axes as needed."""
    import numpy as np

    if not hasattr(image, "get_fdata"):
        raise TypeError(f"a {type(image).__name__} is no brain image: read one with Read brain image")
    if axes is not None and len(image.shape) != axes:
        raise ValueError(f"an image with {axes} axes is needed, and this one has the shape {image.shape}")
    return np.asarray(image.get_fdata(caching="unchanged"))


def _image(data: np.ndarray, like: Any) -> Any:
    """Return an image that keeps every digit of ``data`` on its way to another process."""
    nibabel = need("nibabel", "making brain images")
    image = nibabel.Nifti1Image(data, like.affine)
    image.header.set_data_dtype(data.dtype)
    image.header.set_zooms((*map(float, like.header.get_zooms()[: data.ndim]),))
    image.header.set_xyzt_units("mm", "sec")
    return image
