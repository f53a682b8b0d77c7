"""The HTTP API: parses requests, calls the pipeline and the store, and answers in JSON; it decides nothing.

``scorecast.http.application.app`` makes the application, ``scorecast.http.server.serve`` runs it. Modules of this
package load FastAPI: import them where they are needed, not at the top of a module that every command loads.
"""
