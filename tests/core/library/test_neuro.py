from __future__ import annotations

import pickle

import nibabel
import numpy as np
import pytest

from treadle.core.library import arithmetic, arrays, files, neuro


@pytest.fixture
def series():
    data = np.random.default_rng(0).normal(100, 1, (3, 4, 2, 5))
    image = nibabel.Nifti1Image(data, np.diag([2.0, 2, 3, 1]))
    image.header.set_zooms((2, 2, 3, 1.5))
    return image


def test_an_image_survives_its_file_with_every_digit(series, tmp_path):
    for name in ("a.nii", "b.nii.gz"):
        copy = neuro.image_like(neuro.voxels(series), series)
        image = neuro.read_nifti(neuro.write_nifti(copy, tmp_path / name))
        assert np.array_equal(neuro.voxels(image), neuro.voxels(series))
        assert np.array_equal(image.affine, series.affine)
        assert image.header.get_zooms() == (2, 2, 3, 1.5)


def test_an_image_survives_pickling_with_every_digit(series):
    image = neuro.split_volumes(series)[0]
    copy = pickle.loads(pickle.dumps(image, 5))
    assert np.array_equal(neuro.voxels(copy), neuro.voxels(image))
    assert copy.header.get_zooms() == image.header.get_zooms()


def test_volumes_are_split_and_stacked(series):
    volumes = neuro.split_volumes(series)
    assert [volume.shape for volume in volumes] == [(3, 4, 2)] * 5
    assert np.array_equal(neuro.stack_volumes(volumes), neuro.voxels(series))


def test_what_is_no_image_or_has_other_axes_is_named(series, tmp_path):
    with pytest.raises(ValueError, match=r"4 axes is needed, and this one has the shape \(3, 4, 2\)"):
        neuro.split_volumes(neuro.split_volumes(series)[0])
    with pytest.raises(TypeError, match="ndarray is no brain image"):
        neuro.voxels(np.zeros(3))
    with pytest.raises(ValueError, match="no volumes"):
        neuro.stack_volumes([])
    with pytest.raises(ValueError, match=r"called \.nii or \.nii\.gz"):
        neuro.write_nifti(series, tmp_path / "a.png")


def test_a_file_that_is_no_brain_image_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no brain image .*a\.nii"):
        neuro.read_nifti(tmp_path / "a.nii")
    (tmp_path / "a.nii").write_text("no")
    with pytest.raises(ValueError, match=r"cannot read the brain image .*a\.nii"):
        neuro.read_nifti(tmp_path / "a.nii")


def test_signal_to_noise_is_zero_where_nothing_varies(read_only):
    found = neuro.temporal_snr(read_only([[1, 3], [2, 2]]))
    assert found.tolist() == [2, 0]


def test_dvars_is_the_root_mean_square_of_the_change(read_only):
    data = read_only([[0.0, 3, 3], [0, 4, 4]])
    assert neuro.dvars(data) == pytest.approx([np.sqrt(12.5), 0])
    assert neuro.dvars(data, read_only([False, True])) == [4, 0]
    with pytest.raises(ValueError, match="there is 1"):
        neuro.dvars(np.zeros((2, 1)))


def test_the_quality_of_a_real_series():
    image = neuro.read_nifti(files.package_file("nibabel", "tests/data/functional.nii"))
    data = neuro.stack_volumes(neuro.split_volumes(image))
    mask = arithmetic.threshold_mask(arrays.reduce(data, "mean", -1), 2000)
    snr = arrays.statistics(arithmetic.masked_values(neuro.temporal_snr(data), mask))
    assert snr.size == 1055
    assert snr.median == pytest.approx(100.462314, rel=1e-8)
    changes = neuro.dvars(data)
    assert (changes[0], max(changes)) == pytest.approx((56.692896, 67.577375), rel=1e-7)
    assert changes.index(max(changes)) == 14
