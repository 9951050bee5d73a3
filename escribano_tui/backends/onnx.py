"""Sessions of onnxruntime as all hosts make them: few threads that do not spin, nothing printed but errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from escribano_tui.backends.host import thread_count


def session(path: Path, threads: int = 0, memory_plans: bool = True) -> Any:
    """An `InferenceSession` on the processor. `threads` 0 is half of the cores.

    `memory_plans` keeps a plan of memory for each shape of input: of use where shapes are few.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or thread_count()
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_mem_pattern = memory_plans
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), sess_options=options, providers=["CPUExecutionProvider"])
