"""The MCP server: coding and research agents ask for forecasts and evidence before they spend compute.

An agent is told of it once, in the configuration of its host; most hosts read this form:

    {"mcpServers": {"scorecast": {"command": "scorecast", "args": ["mcp"]}}}

The host starts ``scorecast mcp`` and speaks with it over standard input and output. Where ``scorecast`` is not on the
path of the host, ``command`` is its full path; ``"env": {"SCORECAST_HOME": "..."}`` chooses another store. A server
that many share is ``scorecast serve``, named by its address; with a key where it asks for one:

    {"mcpServers": {"scorecast": {
        "type": "http", "url": "http://127.0.0.1:8321/mcp", "headers": {"Authorization": "Bearer sc_..."}}}}

The adapter decides nothing: arguments are those of the HTTP API, answers come from the same desk.
"""
