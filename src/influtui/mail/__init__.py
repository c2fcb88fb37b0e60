"""The only room that speaks SMTP, IMAP and MIME."""
