"""`python -m tests.schemas` writes the JSON Schemas of `schemas/` again."""

from tests.schemas.shapes import DOCUMENTS, schema_text
from tests.test_import_hygiene import ROOT

for name in DOCUMENTS:
    (ROOT / "schemas" / f"{name}.json").write_text(schema_text(name))
