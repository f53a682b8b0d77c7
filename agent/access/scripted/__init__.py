"""An OpenAI-compatible endpoint on loopback that answers by a script or from a recording: no language model needed."""
