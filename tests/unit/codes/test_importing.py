from __future__ import annotations

import subprocess
import sys

MODULES = "clb isco08 isic iso3166 money noc"


def test_importing_the_codes_loads_no_list() -> None:
    imports = "; ".join(f"import jembatan.codes.{name}" for name in MODULES.split())
    check = f"{imports}; import sys; print('pycountry' in sys.modules, 'pydantic' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["False", "False"]
