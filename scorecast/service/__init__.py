"""The service: what answers many clients at once, whichever way they come in.

The HTTP API and the MCP server stand on it: what may be asked, what is answered, the desk with its threads and rounds.
Nothing here knows of a protocol: who asks is a ``Caller``, and what cannot be done is a ``Refusal``.
"""
