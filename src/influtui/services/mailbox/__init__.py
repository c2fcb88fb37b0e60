"""The mailboxes of this workspace: kept, signed in to, tried."""
