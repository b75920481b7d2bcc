"""The Model Context Protocol: transports, the official SDK's kernel, the tool registry and the pipeline."""
