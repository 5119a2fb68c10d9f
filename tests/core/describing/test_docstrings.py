"""Docstrings of both styles tell the help of each port."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from treadle.core.describing.docstrings import parse_docstring

NUMPY = """Smooth an image.

    The filter is separable,
    and quick.

    Parameters
    ----------
    image, mask : ndarray
        What is smoothed.
    sigma : float [px]
        Width of the kernel,
        in pixels.
    *rest
        More images.

    Returns
    -------
    out : ndarray
        The smoothed image.

    Notes
    -----
    Parameters are not repeated here.
    """

GOOGLE = """Smooth an image.

    Args:
        image (np.ndarray): What is smoothed.
        sigma (float [px], optional): Width of the kernel,
            in pixels: more is smoother.
        **options: Passed on.

    Returns:
        np.ndarray: The smoothed image.

    Raises:
        ValueError: if it is empty.
    """


def test_a_numpy_docstring_tells_summary_help_parameters_and_result():
    doc = parse_docstring(NUMPY)
    assert doc.summary == "Smooth an image."
    assert doc.help == "Smooth an image.\n\nThe filter is separable, and quick."
    assert doc.parameters == {
        "image": "What is smoothed.",
        "mask": "What is smoothed.",
        "sigma": "Width of the kernel, in pixels.",
        "rest": "More images.",
    }
    assert doc.returns == "The smoothed image."
    assert doc.units == {"sigma": "px"}


def test_a_google_docstring_tells_the_same():
    doc = parse_docstring(GOOGLE)
    assert doc.help == "Smooth an image."
    assert doc.parameters == {
        "image": "What is smoothed.",
        "sigma": "Width of the kernel, in pixels: more is smoother.",
        "options": "Passed on.",
    }
    assert doc.returns == "The smoothed image."
    assert doc.units == {"sigma": "px"}


def test_several_numpy_results_are_told_by_name():
    doc = parse_docstring("Split.\n\nReturns\n-------\nlow : float\n    The low one.\nhigh : float\n    The high one.")
    assert doc.outputs == {"low": "The low one.", "high": "The high one."}
    assert doc.returns == ""


def test_sphinx_fields_tell_parameters_too():
    doc = parse_docstring(
        "Scale.\n\n:param float factor: how much\n    it grows\n:type factor: float\n:returns: the product"
    )
    assert (doc.help, doc.parameters, doc.returns) == (
        "Scale.",
        {"factor": "how much it grows"},
        "the product",
    )


def test_a_google_result_without_a_type_is_kept_whole():
    assert parse_docstring("X.\n\nReturns:\n    The mean, of all: items.").returns == "The mean, of all: items."


def test_the_fields_of_a_class_are_told_by_its_attributes_section():
    assert parse_docstring("A pair.\n\nAttributes:\n    first: one").parameters == {"first": "one"}


def test_no_docstring_says_nothing():
    assert parse_docstring(None) == parse_docstring("") == parse_docstring("  \n ")


def test_prose_that_ends_with_a_colon_is_no_section():
    assert parse_docstring("Do as follows:\n\n    first this").help == "Do as follows:\n\nfirst this"


PIECES = st.sampled_from(
    [
        "Parameters",
        "----------",
        "Args:",
        "Returns:",
        "Returns",
        "x : int",
        "  x: y",
        "*a",
        ":param",
        ":",
        "",
        "\t",
        "a, b",
        "[px]",
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES).map("\n".join)))
def test_any_text_is_a_docstring(text):
    doc = parse_docstring(text)
    assert all(isinstance(name, str) and isinstance(said, str) for name, said in doc.parameters.items())
