"""People in: files, account downloads and what plugins find, all through one intake.

`import_file` reads a file or a stream; `ingest` takes records that are made already. Both end in `intake.Intake`, which
alone decides what is new, what is newer and what is refused.
"""

from influtui.services.importing.files import Format, import_file, known_platform
from influtui.services.importing.intake import ingest
from influtui.services.importing.report import ColumnUse, ImportReport, Progress

__all__ = ["ColumnUse", "Format", "ImportReport", "Progress", "import_file", "ingest", "known_platform"]
