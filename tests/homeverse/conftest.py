"""What the tests of the HomeVerse plan share."""

from __future__ import annotations

from pathlib import Path

import pytest
from handmade import Product


@pytest.fixture
def product(tmp_path: Path) -> Product:
    """A product's database without a row."""
    return Product.made_in(tmp_path)
