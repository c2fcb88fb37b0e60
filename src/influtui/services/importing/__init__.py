"""People in: files, account downloads and what plugins find, all through one intake.

`files.import_file` reads a file or a stream; `intake.ingest` takes records that are made already. Both end in
`intake.Intake`, which alone decides what is new, what is newer and what is refused.
"""
