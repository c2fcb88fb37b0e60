"""Every use case once. The pane, the command and the worker call these.

One room a stage of the work: `finding` people and what is known of `people`, `importing` them, the `campaign`, mail that goes
out (`outgoing`) and comes in (`incoming`), its `mailbox`es, `parcel`s, `plugin`s. What every stage needs stands here.
"""
