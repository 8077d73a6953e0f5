"""Neovim, with the lines that docs/editors.md has for it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "editors.md"


@pytest.mark.skipif(not shutil.which("nvim"), reason="Neovim is not installed")
def test_neovim_shows_the_fault_of_a_text_that_is_typed_in_it(tmp_path):
    (lines,) = re.findall(r"```lua\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "init.lua").write_text(lines, encoding="utf-8")
    (tmp_path / "x.ttl").write_text("# A comment\n@prefix ex: <http://example.org/> .\n", encoding="utf-8")
    (tmp_path / "type.lua").write_text(
        """
        vim.wait(20000, function() return #vim.lsp.get_active_clients() > 0 end)
        vim.api.nvim_buf_set_lines(0, 2, 2, false, {'ex:a ex:b "ä😀" , x:y .'})
        vim.wait(20000, function() return #vim.diagnostic.get(0) > 0 end)
        local told = vim.diagnostic.get(0)[1] or { lnum = 0, col = 0, message = "nothing" }
        io.stdout:write(vim.bo.filetype, " ", told.lnum, ":", told.col, " ", told.message, "\\n")
        """,
        encoding="utf-8",
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(
        ["nvim", "--headless", "-u", "init.lua", "x.ttl", "-c", "luafile type.lua", "-c", "qa!"],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "LC_ALL": "en_US.UTF-8", "XDG_STATE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert "turtle 2:21 The prefix x: is not declared." in result.stdout + result.stderr
