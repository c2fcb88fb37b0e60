"""The only room in which plugin code runs: discovery, manifests, guarded calls, the HTTP client plugins are given."""
