"""The card of the IPython scheme and its dialogs: profiles, clusters, engines."""
